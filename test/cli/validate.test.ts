import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { packageService, packageWith, type Packaged } from "../infra/packaged.ts";
import { run } from "./command.ts";

let good: Packaged;
let misspelled: Packaged;
beforeAll(async () => {
  good = await packageService("deploy=whoami");
  misspelled = await packageWith("AUTH0_DOMAIN=acme.eu.auth0.com", "AUTH0_CLIENTIDS=abc");
});
afterAll(() => [good, misspelled].forEach((packaged) => packaged.remove()));

describe("auth0-authorizer validate", () => {
  test("finds nothing in what this project deploys", async () => {
    const { exitCode, output } = await run(["validate", good.templatePath]);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: `${good.templatePath}: 0 mistakes\n` });
  });

  test("refuses what --param=AUTH0_CLIENTIDS=abc packages, by the name that is missing", async () => {
    const { exitCode, output } = await run(["validate", good.templatePath, misspelled.templatePath]);
    expect(exitCode).toBe(1);
    expect(output).toContain(`${misspelled.templatePath}: 1 mistake\n`);
    expect(output).toContain(
      "  settings: AuthorizerLambdaFunction does not start: AUTH0_CLIENT_IDS is required, or AUTH0_AUDIENCES,",
    );
  });

  test("refuses an open route, unless it is public or the rule is left out", async () => {
    const template = structuredClone(good.template) as Template & { Resources: Record<string, object> };
    Object.assign(template.Resources["HttpApiRouteGetHttpDashpolicyWhoami"]?.Properties ?? {}, {
      AuthorizationType: "NONE",
    });
    const path = join(good.folder, "open.json");
    writeFileSync(path, JSON.stringify(template));
    const { exitCode, output } = await run(["validate", path]);
    expect(exitCode).toBe(1);
    expect(output).toContain("unguarded-route: HttpApiRouteGetHttpDashpolicyWhoami lets anybody in");
    expect(await run(["validate", path, "--public", "GET /http-policy/whoami"])).toMatchObject({
      exitCode: 0,
    });
    expect(await run(["validate", path, "--except", "unguarded-route"])).toMatchObject({ exitCode: 0 });
    expect(await run(["validate", path, "--except", "not-arm64"])).toMatchObject({ exitCode: 1 });
  });

  test.each<[string, () => string[], RegExp]>([
    ["no template", () => [], /name the file of a template/],
    ["no such file", () => ["nowhere.json"], /nowhere\.json cannot be read as JSON/],
    [
      "SAM's YAML",
      () => ["infra/sam/template.yml"],
      /Name the template that serverless package or cdk synth wrote/,
    ],
    ["something else", () => ["package.json"], /package\.json is no CloudFormation template/],
    [
      "no such rule",
      () => [good.templatePath, "--except", "none"],
      /there is no rule none: it is one of settings, /,
    ],
  ])("is used wrongly with %s", async (_, args, errors) => {
    const ran = await run(["validate", ...args()]);
    expect(ran).toMatchObject({ exitCode: 2, output: "" });
    expect(ran.errors).toMatch(errors);
  });

  test("explains itself", async () => {
    const { exitCode, output } = await run(["validate", "--help"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("identity-source-without-token");
  });
});
