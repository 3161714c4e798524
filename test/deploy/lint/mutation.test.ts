import { describe, expect, test } from "@jest/globals";
import { lintTemplate, type Finding } from "../../../src/deploy/lint/lint.ts";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { moveToNested, mutantsOf } from "./mutants.ts";
import { goodTemplates, type GoodTemplate } from "./templates.ts";

function check({ template, files }: GoodTemplate): readonly Finding[] {
  const load = (location: string): unknown => files[location.replace("./", "")];
  return lintTemplate(template as unknown as Template, { load });
}

describe.each(goodTemplates().map((good) => [good.name, good] as const))("%s", (_, good) => {
  test("is clean as it is", () => {
    expect(check(good)).toEqual([]);
  });

  test("has no mutant that passes: each is an error, or not checked", () => {
    const survivors = mutantsOf(good).filter(
      (mutant) => !check(mutant).some(({ severity }) => severity !== "warning"),
    );
    expect(survivors.map(({ what }) => what)).toEqual([]);
  });
});

test("there are at least 500 mutants", () => {
  const mutants = goodTemplates().flatMap(mutantsOf);
  expect(mutants.length).toBeGreaterThanOrEqual(500);
});

test.each(
  goodTemplates()
    .filter(({ template }) => "GetOrders" in template.Resources)
    .map((good) => [good.name, good] as const),
)("a guarded route that moves into a nested stack is as clean as before: %s", (_, good) => {
  const copy = structuredClone(good);
  moveToNested(copy.template, copy.files, "GetOrders", false);
  expect(check(copy)).toEqual([]);
});
