import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as hcl from "hcl2-parser";
import { readTemplates, type TemplateFile } from "../../src/cli/validate/templates.ts";
import { checkTemplate, type Finding, type Severity } from "../../src/deploy/lint/lint.ts";
import type { Guard, Model } from "../../src/deploy/lint/model.ts";
import { readModel } from "../../src/deploy/lint/read/read-model.ts";
import { isPreflight } from "../../src/deploy/lint/rules/rule.ts";
import { createStacks, getExports } from "../../src/deploy/lint/stack.ts";
import { linkPackages } from "./link-packages.ts";
import type { TemplateService } from "./template-service.ts";

/** What is read of a service, and what is found. */
export interface Judged {
  readonly folder: string;
  /** Like `routes` of the service. */
  readonly routes: readonly string[];
  readonly found: Readonly<Record<Severity, readonly string[]>>;
  readonly templates: readonly TemplateFile[];
  readonly models: readonly Model[];
}

/** Writes services, synthesises those of CDK, in one process because to load CDK takes seconds, and reads all. */
export async function judgeServices(
  root: string,
  services: readonly TemplateService[],
): Promise<ReadonlyMap<string, Judged>> {
  linkPackages(root);
  for (const { name, files } of services)
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name, path)), { recursive: true });
      writeFileSync(join(root, name, path), content);
    }
  const apps = services.filter(({ tool }) => tool === "CDK").map(({ name }) => `./${name}/app.mjs`);
  if (apps.length > 0) await synthesise(root, apps);
  return new Map(services.map((service) => [service.name, judgeService(join(root, service.name), service)]));
}

async function synthesise(root: string, apps: readonly string[]): Promise<void> {
  writeFileSync(join(root, "apps.mjs"), `${apps.map((app) => `await import("${app}");`).join("\n")}\n`);
  const env = { PATH: process.env["PATH"], HOME: root };
  const args = ["--preserve-symlinks", "--preserve-symlinks-main", "apps.mjs"];
  await promisify(execFile)(process.execPath, args, { cwd: root, env });
}

function judgeService(folder: string, service: TemplateService): Judged {
  if (service.tool === "Terraform") return readTerraform(folder, service);
  const templates = readTemplates(join(folder, service.main));
  const exports = new Map(
    templates.flatMap(({ template, load }) => getExports(createStacks(template, load).root)),
  );
  const { publicRoutes = [] } = service;
  const models = templates.map(({ template, load, readFile }) =>
    readModel(template, { load, readFile, exports }),
  );
  const findings = templates.flatMap(
    ({ template, load, readFile }) =>
      checkTemplate(template, { load, readFile, exports, publicRoutes }).findings,
  );
  const routes = models.flatMap((model) => readRoutes(model));
  return {
    folder,
    routes: routes.sort(),
    found: bySeverity(findings, publicRoutes, models),
    templates,
    models,
  };
}

/** Preflights are left out. */
function readRoutes(model: Model): string[] {
  return model.routes
    .filter((route) => !isPreflight(route))
    .map(({ key, guard }) => `${key}: ${getGuard(guard, model)}`);
}

/** The function of an authorizer, without the stack before it and what CDK puts behind the construct's name. */
function getGuard(guard: Guard, { authorizers }: Model): string {
  if (guard.kind === "unknown") return "not read";
  if (guard.kind !== "lambda") return guard.kind === "none" ? "open" : guard.kind;
  const called = authorizers.find(({ id }) => id === guard.authorizer);
  if (called?.function === undefined) return "another stack";
  return (called.function.split("/").at(-1) ?? "").replace(/Function[0-9A-F]{8}$/, "");
}

/** Without the values that only a deployment knows, and, of several templates, public routes of the others. */
function bySeverity(
  findings: readonly Finding[],
  publicRoutes: readonly string[],
  models: readonly Model[],
): Judged["found"] {
  const known = models.flatMap(({ routes }) => routes.map(({ key }) => key));
  const isElsewhere = ({ rule, resource }: Finding): boolean =>
    rule === "unknown-public-route" && publicRoutes.includes(resource) && known.includes(resource);
  const named = (severity: Severity): string[] => {
    const rules = findings
      .filter((finding) => finding.severity === severity && !isElsewhere(finding))
      .map(({ rule }) => rule)
      .filter((rule) => rule !== "value-at-deployment");
    return [...new Set(rules)].sort();
  };
  return { error: named("error"), warning: named("warning"), "not checked": named("not checked") };
}

type Blocks = Readonly<
  Record<string, Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>>
>;
export interface Hcl {
  readonly resource: Blocks;
  readonly module: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** What a configuration of Terraform says; null where it is not HCL. */
export function parseHcl(text: string): Hcl {
  const [parsed] = (hcl as { parseToObject(text: string): [Hcl] }).parseToObject(text);
  return parsed;
}

/** `validate` reads no HCL, so that nothing is found: the routes are those of the text. */
function readTerraform(folder: string, { files, main }: TemplateService): Judged {
  const { resource } = parseHcl(files[main] ?? "");
  const of = (type: string): [string, Readonly<Record<string, unknown>>][] =>
    Object.entries(resource[type] ?? {}).map(([name, [block = {}]]) => [name, block]);
  const routes = [
    ...of("aws_apigatewayv2_route").map(([, block]) => `${String(block["route_key"])}: ${getModule(block)}`),
    ...of("aws_api_gateway_method").map(
      ([name, block]) => `${String(block["http_method"])} /${name}: ${getModule(block)}`,
    ),
  ];
  const found = { error: [], warning: [], "not checked": [] };
  return { folder, routes: routes.sort(), found, templates: [], models: [] };
}

function getModule(block: Readonly<Record<string, unknown>>): string {
  return /module\.(\w+)\./.exec(String(block["authorizer_id"]))?.[1] ?? "open";
}
