import config from './jest.config.mjs';

const [, integration] = config.projects;

/** The demo as a person meets it: built by its own command, in a real browser. */
export default {
  maxWorkers: 1,
  testTimeout: 120_000,
  projects: [{ ...integration, displayName: 'e2e', testMatch: ['<rootDir>/tests/e2e/**/*.test.ts'] }],
};
