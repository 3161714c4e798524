/**
 * Jest's own runner of a test file, but a mutant that one file has killed is not tried with the next, and a file none of
 * whose tests reach the mutant is not even loaded. Stryker's runner does neither, and loading is most of the time.
 *
 * @see https://github.com/jestjs/jest/issues/11766 (why Stryker cannot ask Jest to stop)
 */
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const process = require("node:process");
const { default: runFile } = require("jest-circus/runner");

let killed;

module.exports = async (globalConfig, config, environment, runtime, testPath, ...rest) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  const isReached = globalConfig.testNamePattern === undefined || hasTest(testPath, globalConfig.testNamePattern);
  if (mutant !== undefined && (mutant === killed || !isReached)) return withoutTests(testPath);
  const result = await runFile(globalConfig, config, environment, runtime, testPath, ...rest);
  if (config.globals.__strykerGlobalNamespace__ === undefined) return result;
  if (mutant === undefined) rememberNames(testPath, result);
  else if (result.numFailingTests > 0) killed = mutant;
  return result;
};

/** The first run, which has no mutant, leaves the names beside the file in Stryker's copy of the project. */
const namesOf = (testPath) => `${testPath}.names.json`;

function rememberNames(testPath, { testResults }) {
  writeFileSync(namesOf(testPath), JSON.stringify(testResults.map(({ fullName }) => fullName)));
}

function hasTest(testPath, pattern) {
  if (!existsSync(namesOf(testPath))) return true;
  const expression = new RegExp(pattern, "i");
  return JSON.parse(readFileSync(namesOf(testPath), "utf8")).some((name) => expression.test(name));
}

/** Jest takes a file without a test for a mistake. */
const NOT_RUN = { fullName: "not run", title: "not run", ancestorTitles: [], status: "pending", failureMessages: [], failureDetails: [] };

const withoutTests = (testFilePath) => ({
  testFilePath,
  testResults: [NOT_RUN],
  numFailingTests: 0,
  numPassingTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  openHandles: [],
  leaks: false,
  snapshot: { added: 0, matched: 0, unmatched: 0, updated: 0, unchecked: 0, uncheckedKeys: [] },
});
