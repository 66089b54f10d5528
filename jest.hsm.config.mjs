import config from './jest.config.mjs';

const [, integration] = config.projects;

/** Tests that need a PKCS#11 token (SoftHSM); `npm run test:hsm`. */
export default {
  maxWorkers: 1,
  testTimeout: 120_000,
  projects: [{ ...integration, displayName: 'hsm', testMatch: ['<rootDir>/tests/hsm/**/*.test.ts'] }],
};
