import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readTemplates } from "../../src/cli/validate/templates.ts";
import { judgeMutants, type Packaged } from "./mutants.ts";
import { formatMutants, reportCorpus, type Row } from "./report.ts";
import { judgeServices, type Judged } from "./read-service.ts";
import { CDK } from "./services/cdk.ts";
import { SAM } from "./services/sam.ts";
import { TERRAFORM } from "./services/terraform.ts";

const SERVICES = [...SAM, ...CDK, ...TERRAFORM];

/** Milliseconds: what never comes to an end ends here, on the slowest machine. */
const LIMIT = 4 * 3600 * 1000;
const root = mkdtempSync(join(tmpdir(), "corpus-templates-"));
let judged: ReadonlyMap<string, Judged>;
// To load CDK takes long on a busy machine.
beforeAll(async () => {
  if (!existsSync("examples/attach-cdk/node_modules"))
    throw new Error("Install CDK first: npm run test:all -- corpus");
  judged = await judgeServices(root, SERVICES);
}, LIMIT);
afterAll(() => rmSync(root, { recursive: true }));

function getJudged(name: string): Judged {
  const found = judged.get(name);
  if (found === undefined) throw new Error(`${name} was not read`);
  return found;
}

test("the corpus has at least 5 services of SAM, 4 of CDK and 2 of Terraform, each with a name of its own", () => {
  expect(new Set(SERVICES.map(({ name }) => name)).size).toBe(SERVICES.length);
  expect(SAM.length).toBeGreaterThanOrEqual(5);
  expect(CDK.length).toBeGreaterThanOrEqual(4);
  expect(TERRAFORM.length).toBeGreaterThanOrEqual(2);
});

describe.each(SERVICES)("$name", ({ name, routes, errors = [], warnings = [], notChecked = [] }) => {
  test("has its routes read, each with what guards it", () => {
    expect(getJudged(name).routes).toEqual([...routes].sort());
  });

  test("has what is to be found in it, and nothing else", () => {
    expect(getJudged(name).found).toEqual({ error: errors, warning: warnings, "not checked": notChecked });
  });
});

test("every guarded route, with its guard taken off mechanically, is found or not checked", () => {
  const packaged = SERVICES.flatMap(({ name }) =>
    getJudged(name).templates.map(({ template, load }): Packaged => ({
      name,
      main: template,
      nested: {},
      load,
    })),
  );
  const outcomes = judgeMutants(packaged);
  process.stderr.write(formatMutants("templates", outcomes));
  expect(outcomes.flatMap(({ survivors }) => survivors)).toEqual([]);
});

test("validate says of Terraform that it reads none", () => {
  for (const { name, tool } of SERVICES.filter((service) => service.tool === "Terraform"))
    expect({ tool, read: () => readTemplates(join(getJudged(name).folder, "main.tf")) }.read).toThrow(
      "is Terraform, which is not read: none of its routes were checked",
    );
});

test("the table of the corpus", () => {
  const rows = SERVICES.map((service): Row => {
    const { found } = getJudged(service.name);
    const { name, tool, errors = [], warnings = [], notChecked = [], because = "" } = service;
    const isTerraform = tool === "Terraform";
    return {
      ...{ name, tool, because, packaged: tool === "CDK" ? "yes" : "as it stands" },
      errors: found.error,
      warnings: found.warning,
      notChecked: isTerraform ? ["HCL"] : found["not checked"],
      expected: { errors, warnings, notChecked: isTerraform ? ["HCL"] : notChecked },
    };
  });
  reportCorpus("templates", rows);
  expect(
    rows.filter(
      ({ because, errors, warnings, notChecked }) =>
        because === "" && errors.length + warnings.length + notChecked.length > 0,
    ),
  ).toEqual([]);
});
