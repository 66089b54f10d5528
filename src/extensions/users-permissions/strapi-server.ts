interface Attribute {
  unique?: boolean;
  pluginOptions?: object;
}

interface UsersPermissions {
  readonly contentTypes: {
    readonly user: {
      readonly schema: {
        pluginOptions?: object;
        readonly attributes: Readonly<Partial<Record<string, Attribute>>>;
      };
    };
  };
}

/** What is personal in a user account; a sample of how to annotate a type of another plugin. */
const PERSONAL = {
  username: { category: 'pd:Username', search: 'prefix' },
  email: { category: 'pd:EmailAddress', search: 'exact' },
} as const;

export default (plugin: UsersPermissions): UsersPermissions => {
  const { schema } = plugin.contentTypes.user;
  schema.pluginOptions = { ...schema.pluginOptions, gdpr: { subject: { email: 'email' } } };
  for (const [name, personalData] of Object.entries(PERSONAL)) {
    const attribute = schema.attributes[name];
    if (attribute === undefined) throw new Error(`A user of this version of Strapi has no ${name}.`);
    attribute.pluginOptions = { ...attribute.pluginOptions, gdpr: { personalData } };
  }
  // Strapi looks before it creates, and two at the same moment see nothing; this holds.
  const { email } = schema.attributes;
  if (email !== undefined) email.unique = true;
  return plugin;
};
