import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * The rooms of the plugin's server, the lowest first (docs/architecture.md). A room imports only rooms below it; what
 * it needs of one above arrives as a callback. Rooms in one entry stand side by side and do not know each other.
 */
const ROOMS = [
  ['platform'],
  ['vault'],
  ['audit'],
  ['mail', 'public-pages'],
  ['people'],
  ['lawfulness'],
  ['consent'],
  ['requests', 'accountability'],
];
const SERVER = 'plugins/gdpr/server/src';

const boundaries = ROOMS.flatMap((floor, level) =>
  floor.map((room) => {
    const forbidden = [...ROOMS.slice(level + 1).flat(), ...floor.filter((neighbour) => neighbour !== room)];
    return {
      files: [`${SERVER}/${room}/**/*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: forbidden.map((name) => ({
              regex: `^(\\.\\./)+${name}(/|$)`,
              message: `${room} stands below or beside ${name}: take what it needs as a callback.`,
            })),
          },
        ],
      },
    };
  }),
);

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.strapi/**',
      '.tmp/**',
      'types/**',
      'plugins/gdpr/admin/src/**/*.d.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.json',
          './plugins/gdpr/server/tsconfig.json',
          './plugins/gdpr/admin/tsconfig.json',
          './src/admin/tsconfig.json',
          './tests/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // Prefixes and trigrams are made of code points on purpose.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // Strapi's own types are `any` in many places; tests look into answers of unknown shape.
    files: ['tests/**/*.ts', '**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
  ...boundaries,
  prettier,
);
