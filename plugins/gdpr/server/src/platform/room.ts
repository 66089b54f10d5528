import type { Core, Struct } from '@strapi/types';
import type { Command } from 'commander';

import type { CommandContext } from './command-context';

type ContentTypes = Record<string, { schema: Struct.ContentTypeSchema }>;

/**
 * What a room (one domain folder of `server/src`) hands to the plugin's composition root.
 *
 * The hooks run in Strapi's order: `register` before the database exists, `beforeSync` and `afterSync` around schema
 * sync and before any plugin's bootstrap, `bootstrap` when everything is loaded, `destroy` on shutdown.
 */
export interface Room {
  readonly name: string;
  readonly contentTypes?: ContentTypes;
  readonly controllers?: Record<string, Core.Controller | ((context: { strapi: Core.Strapi }) => unknown)>;
  readonly services?: Record<string, (context: { strapi: Core.Strapi }) => unknown>;
  readonly contentApiRoutes?: readonly Route[];
  readonly adminRoutes?: readonly Route[];
  /** Permission actions of the admin panel, registered with Strapi before roles are read. */
  readonly adminActions?: readonly AdminAction[];
  /** Adds the room's commands to `strapi-gdpr`. */
  readonly commands?: (program: Command, context: CommandContext) => void;
  register?(strapi: Core.Strapi): void | Promise<void>;
  beforeSync?(strapi: Core.Strapi): void | Promise<void>;
  afterSync?(strapi: Core.Strapi): void | Promise<void>;
  bootstrap?(strapi: Core.Strapi): void | Promise<void>;
  destroy?(strapi: Core.Strapi): void | Promise<void>;
}

/** A Strapi route; paths start with `/` and get the prefix `/api/gdpr` or `/gdpr` by their type. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly handler: string;
  readonly config?: {
    readonly auth?: false | { readonly scope?: readonly string[] };
    readonly policies?: readonly unknown[];
    readonly middlewares?: readonly unknown[];
  };
}

export interface AdminAction {
  readonly section: 'plugins';
  readonly displayName: string;
  readonly uid: string;
  readonly subCategory: string;
  readonly pluginName: 'gdpr';
}
