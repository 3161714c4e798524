import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { judgeMutants } from "./mutants.ts";
import { packageServices, type Outcome } from "./package-service.ts";
import { formatMutants, judge, reportCorpus, type Row } from "./report.ts";
import { readRoutes } from "./routes.ts";
import type { Service } from "./service.ts";
import { APIS } from "./services/apis.ts";
import { BUILDERS } from "./services/builders.ts";
import { CORS } from "./services/cors.ts";
import { ENVIRONMENTS } from "./services/environments.ts";

/** `CORPUS="webpack|split"` packages the services whose names match alone. */
const SERVICES = [...APIS, ...BUILDERS, ...CORS, ...ENVIRONMENTS].filter(({ name }) =>
  new RegExp(process.env["CORPUS"] ?? "").test(name),
);

/** How Serverless writes a warning of the plugin's. */
const WARNING = /auth0-api-gateway-authorizer: ([a-z0-9-]+):/g;

/** Milliseconds: what never comes to an end ends here, on the slowest machine. */
const LIMIT = 4 * 3600 * 1000;
const root = mkdtempSync(join(tmpdir(), "corpus-"));
let outcomes: ReadonlyMap<string, Outcome>;
// Each of them is a process of a few seconds.
beforeAll(async () => (outcomes = await packageServices(root, SERVICES)), LIMIT);
afterAll(() => rmSync(root, { recursive: true }));

function getOutcome({ name }: Service): Outcome {
  const outcome = outcomes.get(name);
  if (outcome === undefined) throw new Error(`${name} was not packaged`);
  return outcome;
}

const REFUSED = SERVICES.filter(({ errors = [] }) => errors.length > 0);
const PACKAGED = SERVICES.filter(({ errors = [] }) => errors.length === 0);

test("the corpus has at least 40 services, each with a name of its own", () => {
  const names = [...APIS, ...BUILDERS, ...CORS, ...ENVIRONMENTS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(40);
});

describe.each(PACKAGED)("$name", (service) => {
  test("is packaged, with the warnings that it deserves", () => {
    const { code, printed } = getOutcome(service);
    expect(code === 0 ? "packaged" : printed).toBe("packaged");
    const warnings = Array.from(printed.matchAll(WARNING), ([, rule]) => rule);
    expect([...new Set(warnings)].sort()).toEqual([...(service.warnings ?? [])].sort());
  });

  test("has each route guarded that named an authorizer", () => {
    const routes = readRoutes(getOutcome(service));
    for (const [name, keys] of Object.entries(service.guarded ?? {})) {
      const guarded = routes.filter(
        ({ authorizer }) => authorizer?.toLowerCase() === `${name}lambdafunction`,
      );
      const remaining = guarded.map(({ key }) => key);
      for (const key of keys) {
        const index = remaining.findIndex((found) => isBelow(found, key));
        expect({ key, remaining, found: index >= 0 }).toMatchObject({ found: true });
        remaining.splice(index, 1);
      }
      expect(remaining).toEqual([]);
    }
    const open = routes.filter(({ authorizer }) => authorizer === undefined).map(({ key }) => key);
    for (const key of service.open ?? []) expect(open.some((found) => isBelow(found, key))).toBe(true);
  });

  test("has what it is to have, and secrets of the service in no function of the plugin", () => {
    const text = JSON.stringify(getOutcome(service).resources);
    for (const part of service.has ?? []) expect(text).toContain(part);
    for (const part of service.lacks ?? []) expect(text).not.toContain(part);
    for (const [id, { Properties = {} }] of Object.entries(getOutcome(service).resources)) {
      if (!/^(?:Auth0|Admin)\w*LambdaFunction$/.test(id)) continue;
      expect(JSON.stringify(Properties["Environment"])).not.toMatch(
        /hidden|NODE_OPTIONS|EXEC_WRAPPER|CLIENT_ID"/,
      );
      for (const shared of ["Layers", "VpcConfig", "KmsKeyArn", "TracingConfig"])
        expect(Properties).not.toHaveProperty(shared);
      expect(Properties["LoggingConfig"]).toEqual({ LogFormat: "JSON" });
    }
  });

  test("deploys every gateway response with its API", () => {
    const resources = Object.entries(getOutcome(service).resources);
    const ofType = (type: string): typeof resources => resources.filter(([, { Type }]) => Type === type);
    const waitsFor = ofType("AWS::ApiGateway::Deployment").flatMap(([, { DependsOn = [] }]) => DependsOn);
    if (waitsFor.some((id) => id.includes("Stack"))) return;
    for (const [id] of ofType("AWS::ApiGateway::GatewayResponse")) expect(waitsFor).toContain(id);
  });
});

if (REFUSED.length > 0)
  describe.each(REFUSED)("$name", (service) => {
    test("is refused, by name", () => {
      const { code, printed } = getOutcome(service);
      expect({ code, printed }).toEqual({
        code: 1,
        printed: expect.stringContaining("so nothing is deployed"),
      });
      for (const error of service.errors ?? []) expect(printed).toContain(error);
    });
  });

test("every guarded route of what was packaged, with its guard taken off mechanically, is found or not checked", () => {
  const outcomes = judgeMutants(PACKAGED.map((service) => ({ ...getOutcome(service), name: service.name })));
  process.stderr.write(formatMutants("Serverless", outcomes));
  expect(outcomes.flatMap(({ survivors }) => survivors)).toEqual([]);
  const total = outcomes.reduce((sum, { mutants }) => sum + mutants, 0);
  if (process.env["CORPUS"] === undefined) expect(total).toBeGreaterThanOrEqual(500);
});

test("no service of the corpus is judged wrongly, and the table has a reason for every warning and refusal", () => {
  const rows = SERVICES.map(toRow);
  reportCorpus("serverless", rows);
  expect(rows.filter((row) => judge(row) !== "right").map(({ name }) => name)).toEqual([]);
  const unexplained = rows.filter(
    ({ because, expected }) => because === "" && expected.errors.length + expected.warnings.length > 0,
  );
  expect(unexplained.map(({ name }) => name)).toEqual([]);
});

function toRow(service: Service): Row {
  const { name, framework = "osls", errors = [], warnings = [], because = "" } = service;
  const { code, printed } = getOutcome(service);
  const found = code === 0 ? [] : errors.filter((error) => printed.includes(error));
  return {
    ...{ name, tool: framework, because, packaged: code === 0 ? "yes" : "refused" },
    errors: code !== 0 && found.length === 0 ? ["not packaged"] : found,
    warnings: [...new Set(Array.from(printed.matchAll(WARNING), ([, rule = ""]) => rule))].sort(),
    notChecked: [],
    expected: { errors, warnings, notChecked: [] },
  };
}

/** Below a path of another stack a template holds the end of a path alone. */
function isBelow(found: string, wanted: string): boolean {
  const [method = "", path = ""] = found.split(" ");
  return found === wanted || (wanted.startsWith(`${method} `) && wanted.endsWith(path));
}
