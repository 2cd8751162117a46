/**
 * Everything that CI runs; the servers are real and are started once, in global-setup, a PostgreSQL per worker. `npm test`
 * gives Node a larger young generation: a quarter of the time of a worker, which grows to 2 GB, was garbage collection.
 */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  testSequencer: '<rootDir>/tests/support/slowest-first.js',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  transform: {
    '^.+\\.ts$': ['@swc/jest', require('./tests/support/swc')],
  },
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  // Much of a test is waiting for a server, so two go well on the two cores of CI; more get into each other's way.
  maxWorkers: 2,
  testTimeout: 60_000,
};
