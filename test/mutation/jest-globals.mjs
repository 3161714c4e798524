/**
 * What the tests import from `@jest/globals`, for one process that runs them thousands of times: collected once, run as
 * often as there are mutants. Jest makes a new world for each run, which takes a hundred times as long as the tests.
 */
import { bind } from "jest-each";

export { expect } from "expect";

let current;

/** The tests of a file, as a tree of its blocks. */
export async function collectTests(load) {
  current = createBlock("", undefined);
  const root = current;
  await load();
  return root;
}

const createBlock = (name, parent) => ({
  name,
  parent,
  children: [],
  beforeAll: [],
  beforeEach: [],
  afterEach: [],
  afterAll: [],
});

export function describe(name, define) {
  const block = createBlock(name, current);
  current.children.push(block);
  current = block;
  define();
  current = block.parent;
}

export function test(name, run) {
  current.children.push({ name, parent: current, run });
}

export const it = test;
describe.each = bind(describe, false);
test.each = bind(test, false);

export const beforeAll = (hook) => current.beforeAll.push(hook);
export const beforeEach = (hook) => current.beforeEach.push(hook);
export const afterEach = (hook) => current.afterEach.push(hook);
export const afterAll = (hook) => current.afterAll.push(hook);

export const fullName = ({ name, parent }) =>
  parent === undefined ? name : `${fullName(parent)} ${name}`.trim();

const isTest = (node) => "run" in node;

const testsOf = (node) => (isTest(node) ? [node] : node.children.flatMap(testsOf));

/**
 * Runs those tests of a block that are wanted, in their order.
 *
 * @param on `isWanted(test)`; `isOver()`, asked before each test; `start(test)`; `end(test, error)`
 */
export async function runTests(block, on) {
  const wanted = testsOf(block).filter(on.isWanted);
  if (wanted.length === 0) return;
  try {
    for (const hook of block.beforeAll) await hook();
    for (const child of block.children) {
      if (on.isOver()) break;
      if (!isTest(child)) await runTests(child, on);
      else if (on.isWanted(child)) await runTest(child, on);
    }
  } catch (error) {
    // A hook's error is that of every test it is for.
    for (const test of wanted) on.end(test, error);
  } finally {
    for (const hook of block.afterAll) await hook();
  }
}

async function runTest(test, on) {
  const blocks = ancestorsOf(test);
  let error;
  on.start(test);
  try {
    for (const block of blocks) for (const hook of block.beforeEach) await hook();
    await test.run();
  } catch (thrown) {
    error = thrown;
  }
  try {
    for (const block of blocks.reverse()) for (const hook of block.afterEach) await hook();
  } catch (thrown) {
    error ??= thrown;
  }
  on.end(test, error);
}

/** From the file's own block to the test's. */
function ancestorsOf({ parent }) {
  return parent === undefined ? [] : [...ancestorsOf(parent), parent];
}
