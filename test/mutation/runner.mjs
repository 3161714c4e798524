/**
 * Stryker's way to run the tests. Its own is Jest, anew for each mutant and on past the first test that fails, which takes
 * half an hour for a room of `src`. Here a process loads the tests once, and runs those of the mutant's room that reach it,
 * until one of them fails.
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

/** The rooms of `src` with files that are mutated. The tests of a room, of the same name, must hold its rules by themselves. */
const ROOMS = ["token", "apigateway", "identity", "authorizer", "settings"];

/**
 * Types are the compiler's to check; the second fetches keys a thousand times to see one property of them; the third
 * sends hundreds of requests through gateways for a table of bench/.
 */
const SKIPPED = /(?:-types|remote-key-set-errors|routes-table)\.test\.ts$/;

function createRunner() {
  /** The tests of each file that is loaded, by its path. */
  const loaded = new Map();
  let paths;
  let timesLoaded = 0;
  const stryker = (globalThis.__stryker__ ??= {});

  async function load(path) {
    if (!loaded.has(path)) loaded.set(path, await collect(pathToFileURL(path).href));
    return loaded.get(path);
  }

  /** Loads the file and what it imports a second time. */
  const loadAgain = (path) => collect(`${pathToFileURL(path).href}?time=${++timesLoaded}`);

  /** The results of the tests that are wanted, all of them or as far as the first that fails. */
  async function runFile(path, tests, { isWanted = () => true, stopsAtFailure = true } = {}) {
    const results = [];
    let startedAt;
    await runTests(tests, {
      isWanted: (test) => isWanted(idOf(path, test)),
      isOver: () => stopsAtFailure && hasFailed(results),
      start: (test) => {
        startedAt = performance.now();
        stryker.currentTestId = idOf(path, test);
      },
      end: (test, error) => {
        stryker.currentTestId = undefined;
        results.push(toResult(path, test, performance.now() - (startedAt ?? performance.now()), error));
      },
    });
    return results;
  }

  async function withMutant({ activeMutant, hitLimit }, run) {
    Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    try {
      return await run();
    } finally {
      stryker.activeMutant = undefined;
    }
  }

  /** For a mutant of what runs when a file is loaded. */
  const tryStatic = (path, mutant) => withMutant(mutant, async () => runFile(path, await loadAgain(path)));

  async function tryMutant(path, mutant, isWanted) {
    const tests = await load(path);
    const results = await withMutant(mutant, () => runFile(path, tests, { isWanted }));
    if (!hasFailed(results)) return results;
    // An earlier mutant may have left the test in a state in which it fails by itself.
    const killers = results.filter(({ status }) => status === TestStatus.Failed).map(({ id }) => id);
    const unmutated = await runFile(path, tests, { isWanted: (id) => killers.includes(id) });
    if (!hasFailed(unmutated)) return results;
    loaded.set(path, await loadAgain(path));
    return withMutant(mutant, () => runFile(path, loaded.get(path), { isWanted }));
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    init() {
      // What a mutant leaves behind must not end the process: the tests say whether it matters.
      process.on("uncaughtException", () => undefined);
      useStoredKeys(resolve("signing-keys.json"));
      register("./resolve-hooks.mjs", import.meta.url);
      paths = ROOMS.flatMap(listTestFiles);
    },

    async dryRun({ files }) {
      const tests = [];
      const mutated = files === undefined ? ROOMS : files.map((file) => roomOf(nameOf(file)));
      for (const path of paths.filter((path) => mutated.includes(roomOf(nameOf(path)))))
        tests.push(...(await runFile(path, await load(path), { stopsAtFailure: false })));
      return { status: DryRunStatus.Complete, tests, mutantCoverage: stryker.mutantCoverage };
    },

    async mutantRun(mutant) {
      const isStatic = mutant.mutantActivation === "static";
      const ids = new Set(mutant.testFilter);
      const tests = [];
      for (const path of toTestFiles(paths, nameOf(mutant.sandboxFileName))) {
        const isReached = isStatic || [...ids].some((id) => id.startsWith(`${nameOf(path)} `));
        if (!isReached) continue;
        try {
          tests.push(
            ...(await (isStatic ? tryStatic(path, mutant) : tryMutant(path, mutant, (id) => ids.has(id)))),
          );
        } catch (error) {
          // A test file that cannot be loaded, or a block that cannot be taken down, fails in every runner.
          return {
            status: MutantRunStatus.Killed,
            killedBy: [],
            failureMessage: String(error),
            nrOfTests: 0,
          };
        }
        if (hasFailed(tests)) break;
      }
      const isEndless = determineHitLimitReached(stryker.hitCount, stryker.hitLimit);
      return toMutantRunResult(isEndless ?? { status: DryRunStatus.Complete, tests });
    },
  };
}

const hasFailed = (results) => results.some(({ status }) => status === TestStatus.Failed);

const collect = (href) => collectTests(() => import(href));

/** The room's test files, small ones first: they say what one function does, and kill most mutants. */
function listTestFiles(room) {
  const paths = readdirSync(`test/${room}`, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => !SKIPPED.test(name));
  return paths
    .map((name) => resolve(`test/${room}/${name}`))
    .sort((a, b) => statSync(a).size - statSync(b).size);
}

/** The room of a file of `src` or `test`. */
const roomOf = (name) => name.split("/")[1];

/** The tests of the file's room, and those of the file itself first. */
function toTestFiles(paths, source) {
  const own = source.replace(/^src(.*)\.ts$/, "test$1.test.ts");
  const ofRoom = paths.filter((path) => roomOf(nameOf(path)) === roomOf(source));
  return ofRoom.sort((a, b) => Number(nameOf(b) === own) - Number(nameOf(a) === own));
}

const nameOf = (path) => relative(process.cwd(), path);
const idOf = (path, test) => `${nameOf(path)} ${fullName(test)}`;

function toResult(path, test, timeSpentMs, error) {
  const id = idOf(path, test);
  const common = { id, name: fullName(test), fileName: path, timeSpentMs };
  return error === undefined
    ? { ...common, status: TestStatus.Success }
    : { ...common, status: TestStatus.Failed, failureMessage: String(error?.stack ?? error) };
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "room", createRunner)];
