/** Jest under Stryker: the tests of the room that run.ts mutates, and no more of them than it takes to kill a mutant. */
const here = import.meta.dirname;
const root = `${here}/../..`;
const room = process.env.MUTATION_ROOM;

export default {
  rootDir: root,
  roots: [`${root}/test`],
  testMatch: [`<rootDir>/test/${room}/**/*.test.ts`],
  // Types are the compiler's to check; the other fetches keys a thousand times to see one property of them.
  testPathIgnorePatterns: ["-types.test.ts$", "/remote-key-set-faults.test.ts$"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/esbuild-transform.mjs" },
  setupFiles: ["<rootDir>/test/signing-keys.cjs"],
  testRunner: `${here}/jest-circus-until-killed.cjs`,
  testEnvironment: `${here}/environment-until-killed.cjs`,
  testSequencer: `${here}/smallest-first.cjs`,
};
