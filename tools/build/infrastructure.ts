import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { documentationUrl } from "../../src/cli/documentation.ts";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import type { TemplateName } from "../../src/deploy/package/templates.ts";

/** The templates of `infra/` as JSON, by name: what the package has, since neither Serverless nor the CDK reads our YAML. */
export function readTemplates(): Readonly<Record<TemplateName, Template>> {
  const alarms = read("alarms");
  return {
    alarms: { ...alarms, Resources: { ...alarms.Resources, ...read("dashboard").Resources } },
    authorizer: read("authorizer"),
    "gateway-responses": read("gateway-responses"),
    revocations: read("revocations"),
  };
}

function read(name: string): Template {
  return parse(withAddresses(readFileSync(`infra/${name}.yml`, "utf8")), { merge: true }) as Template;
}

/** `{docs}/keys` is the page's address, which only one file of the source knows. */
function withAddresses(text: string): string {
  return text.replace(/\{docs\}\/([\w#/-]+)/g, (_, page: string) => documentationUrl(page));
}
