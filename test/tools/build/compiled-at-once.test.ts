import { runInNewContext } from "node:vm";
import { expect, test } from "@jest/globals";
import { compiledAtOnce } from "../../../tools/build/compiled-at-once.ts";

const BANNER = "/*! what this is */\n";
const SCRIPT = `${BANNER}var first=twice(3);function twice(functions){return functions*2}class A{m(){return function n(){return 1}}}
async function later(){return name(1)}function*each(){yield first}function name(a){return a>0?name(a-1):"end"}result={first,later,each,A};`;

interface Result {
  readonly first: number;
  readonly later: () => Promise<string>;
  readonly each: () => Iterable<number>;
  readonly A: new () => { m(): () => number };
}

test("a script does what it did before", async () => {
  const { first, later, each, A } = runInNewContext(`${compiledAtOnce(SCRIPT, () => true)} result`) as Result;
  expect([first, await later(), ...each(), new A().m()()]).toEqual([6, "end", 6, 1]);
});

test("functions that are called first are in parentheses, before all else but the banner", () => {
  const script = compiledAtOnce(SCRIPT, () => true);
  expect(script).toMatch(
    /^\/\*! what this is \*\/\nvar twice=\(function\(functions\)\{.*\}\),later=\(async function\(\)/,
  );
  expect(script).toContain(",each=(function*(){");
  expect(script).not.toMatch(/(^|[;}\n])(async )?function/);
});

test("other functions stay as they are", () => {
  const offset = SCRIPT.indexOf("async function later");
  const script = compiledAtOnce(SCRIPT, (each) => each === offset);
  expect(script).toContain("var later=(async function()");
  expect(script).toContain("function twice(functions){");
});

test("function expressions that are called first are in parentheses where they stand", () => {
  const called = "A.prototype.m=function(){return n(function(){return 1})}";
  const script = `var A=function(){};${called};A.prototype.o=function(){}`;
  const offsets = [...script.matchAll(/function/g)].map(({ index }) => index).slice(1, 3);
  expect(compiledAtOnce(script, (offset) => offsets.includes(offset))).toBe(
    script.replace(called, "A.prototype.m=(function(){return n((function(){return 1}))})"),
  );
});
