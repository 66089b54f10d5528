const transform = {
  '\\.(ts|tsx|mjs)$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: false } }, module: { type: 'commonjs' } },
  ],
};
const shared = {
  testEnvironment: 'node',
  transform,
  moduleFileExtensions: ['js', 'ts', 'tsx', 'mjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/plugins/gdpr/dist/', '<rootDir>/.tmp/'],
};

/** Unit tests stand beside their module; integration tests boot the built application, one Strapi a suite. */
export default {
  maxWorkers: 2,
  workerIdleMemoryLimit: '1500MB',
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/plugins/gdpr/**/src/**/*.test.ts', '<rootDir>/scripts/**/*.test.ts'],
    },
    { ...shared, displayName: 'integration', testMatch: ['<rootDir>/tests/integration/**/*.test.ts'] },
  ],
};
