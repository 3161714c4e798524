import { readFileSync } from "node:fs";

/** The test files that need more than `npm ci`, or longer than a contributor waits, by their part of `test:all`. */
const parts = JSON.parse(readFileSync(`${import.meta.dirname}/test/parts.json`, "utf8"));
const apart = Object.values(parts).flat();

const project = {
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/esbuild-transform.mjs" },
  testEnvironment: "node",
  setupFiles: ["<rootDir>/test/signing-keys.cjs"],
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/.stryker-tmp", "<rootDir>/.serverless"],
  moduleNameMapper: {
    "^auth0-api-gateway-authorizer$": "<rootDir>/src/index.ts",
    "^auth0-api-gateway-authorizer/identity$": "<rootDir>/src/identity/reader/identity-from.ts",
    "^auth0-api-gateway-authorizer/testing$": "<rootDir>/src/testing/index.ts",
    "^auth0-api-gateway-authorizer/verifier$": "<rootDir>/src/verifier.ts",
  },
};

/** Every test file belongs to one project: to a part of test/parts.json, or else to the rules, which `npm test` runs. */
export default {
  globalSetup: "<rootDir>/test/shared-folder.mjs",
  globalTeardown: "<rootDir>/test/remove-shared-folder.mjs",
  // No test may depend on how fast the machine is: this only ends one that waits for what never comes.
  testTimeout: 300_000,
  // Jest ends a worker that takes longer to exit, by default half a second, which a busy machine takes.
  workerGracefulExitTimeout: 60_000,
  maxWorkers: "100%",
  projects: [
    {
      ...project,
      displayName: "rules",
      testMatch: ["<rootDir>/test/**/*.test.ts", "<rootDir>/examples/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...apart.map((path) => `<rootDir>/${path}$`)],
    },
    ...Object.entries(parts).map(([displayName, paths]) => ({
      ...project,
      displayName,
      testMatch: paths.map((path) => `<rootDir>/${path}`),
    })),
  ],
};
