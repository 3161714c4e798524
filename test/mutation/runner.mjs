/**
 * Stryker's way to run the tests of one room. Its own way is Jest, anew for each mutant and without stopping at the first
 * test that fails: half an hour for a room. Here a process loads the tests once and runs those that reach a mutant until
 * one of them fails.
 *
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { readdirSync, statSync } from "node:fs";
import { register } from "node:module";
import { relative, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import { collectTests, fullName, runTests } from "./jest-globals.mjs";
import { useStoredKeys } from "./stored-keys.mjs";

function createRunner() {
  /** The tests of each file that is loaded, by its path. */
  const loaded = new Map();
  let paths;
  const mutants = (globalThis.__stryker__ ??= {});

  async function load(path) {
    if (!loaded.has(path)) loaded.set(path, await collect(path));
    return loaded.get(path);
  }

  /** The results of the tests that are wanted, all of them or as far as the first that fails. */
  async function runFile(path, tests, { isWanted, stopsAtFailure }, results) {
    let startedAt;
    await runTests(tests, {
      isWanted: (test) => isWanted(idOf(path, test)),
      isOver: () => stopsAtFailure && hasFailed(results),
      start: (test) => {
        startedAt = performance.now();
        mutants.currentTestId = idOf(path, test);
      },
      end: (test, error) => {
        mutants.currentTestId = undefined;
        const timeSpentMs = performance.now() - (startedAt ?? performance.now());
        results.push(toResult(path, test, timeSpentMs, error));
      },
    });
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    init() {
      // What a mutant leaves behind must not end the process: the tests say whether it matters.
      process.on("uncaughtException", () => undefined);
      useStoredKeys(resolve("signing-keys.json"));
      register("./resolve-hooks.mjs", import.meta.url);
      paths = listTestFiles(process.env.MUTATION_ROOM);
    },

    async dryRun() {
      const results = [];
      const all = { isWanted: () => true, stopsAtFailure: false };
      for (const path of paths) await runFile(path, await load(path), all, results);
      return { status: DryRunStatus.Complete, tests: results, mutantCoverage: mutants.mutantCoverage };
    },

    async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
      const isStatic = mutantActivation === "static";
      const wanted = new Set(testFilter);
      const some = { isWanted: (id) => testFilter === undefined || wanted.has(id), stopsAtFailure: true };
      const reached = paths.filter((path) => testFilter === undefined || reaches(path, testFilter));
      if (!isStatic) for (const path of reached) await load(path);
      Object.assign(mutants, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
      const results = [];
      try {
        for (const path of reached) {
          // A mutant of what runs when a file is loaded needs the file loaded again.
          const tests = isStatic ? await collect(path, activeMutant.id) : await load(path);
          await runFile(path, tests, some, results);
          if (hasFailed(results)) break;
        }
      } catch (error) {
        // A test file that cannot be loaded fails in every runner.
        return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: String(error), nrOfTests: 0 };
      } finally {
        mutants.activeMutant = undefined;
      }
      const isEndless = determineHitLimitReached(mutants.hitCount, mutants.hitLimit);
      return toMutantRunResult(isEndless ?? { status: DryRunStatus.Complete, tests: results });
    },
  };
}

const hasFailed = (results) => results.some(({ status }) => status === TestStatus.Failed);

function collect(path, mutant) {
  const { href } = pathToFileURL(path);
  return collectTests(() => import(mutant === undefined ? href : `${href}?mutant=${mutant}`));
}

/** The room's test files, small ones first: they say what one function does, and kill most mutants. */
function listTestFiles(room) {
  const paths = readdirSync(`test/${room}`, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    // Types are the compiler's to check; the other fetches keys a thousand times to see one property of them.
    .filter((name) => !/-types\.test\.ts$|remote-key-set-faults\.test\.ts$/.test(name));
  return paths
    .map((name) => resolve(`test/${room}/${name}`))
    .sort((a, b) => statSync(a).size - statSync(b).size);
}

const nameOf = (path) => relative(process.cwd(), path);
const idOf = (path, test) => `${nameOf(path)} ${fullName(test)}`;
const reaches = (path, ids) => ids.some((id) => id.startsWith(`${nameOf(path)} `));

function toResult(path, test, timeSpentMs, error) {
  const id = idOf(path, test);
  const common = { id, name: fullName(test), fileName: path, timeSpentMs };
  return error === undefined
    ? { ...common, status: TestStatus.Success }
    : { ...common, status: TestStatus.Failed, failureMessage: String(error?.stack ?? error) };
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "room", createRunner)];
