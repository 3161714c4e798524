const process = require("node:process");
const { TestEnvironment } = require("jest-environment-node");

/** Skips what follows the first test of a file that kills the mutant. */
module.exports = class extends TestEnvironment {
  isKilled = false;

  handleTestEvent(event) {
    if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) return;
    if (event.name === "test_done" && event.test.errors.length > 0) this.isKilled = true;
    if (event.name === "test_start" && this.isKilled) event.test.mode = "skip";
  }
};
