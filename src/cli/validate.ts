import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { lintTemplate, RULE_NAMES, formatFinding, type RuleName } from "../deploy/lint/lint.ts";
import type { Template } from "../deploy/lint/cloudformation.ts";
import { EXIT, paint, UsageError, type Terminal } from "./terminal.ts";

const USAGE = `Usage: auth0-authorizer validate [--public ROUTE]... [--except RULE]... TEMPLATE...

Looks for mistakes in CloudFormation templates, as JSON, before they are deployed: settings with which the function
would not start, routes that let anybody in, identity sources without the token, caches that are too long, gateway
responses that are missing or come too late, permissions that are too wide.
  --public  a route that is meant to have no authorizer: "GET /health"
  --except  a rule that is left out:
${RULE_NAMES.map((rule) => `              ${rule}\n`).join("")}
Where to find a template:
  serverless package   .serverless/cloudformation-template-update-stack.json
  cdk synth            cdk.out/STACK.template.json
`;

const WHERE_TO_FIND_JSON =
  "Name the template that serverless package or cdk synth wrote. SAM and Terraform write none that it can read";

/**
 * The command `validate`.
 *
 * @returns the exit code: 0 no mistake, 1 a mistake, 2 wrong use
 * @throws UsageError
 */
export function validate(
  args: readonly string[],
  terminal: Pick<Terminal, "write" | "colour">,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      public: { type: "string", multiple: true, default: [] },
      except: { type: "string", multiple: true, default: [] },
      help: { type: "boolean" },
    },
    allowPositionals: true,
  });
  if (values.help === true) {
    terminal.write(USAGE);
    return Promise.resolve(EXIT.well);
  }
  if (positionals.length === 0) throw new UsageError("name the file of a template");
  const options = { publicRoutes: values.public, except: values.except.map(ruleName) };
  const isWell = positionals.map((path) => {
    const mistakes = lintTemplate(readTemplate(path), options).map(formatFinding);
    terminal.write(report(path, mistakes, terminal));
    return mistakes.length === 0;
  });
  return Promise.resolve(isWell.every(Boolean) ? EXIT.well : EXIT.problem);
}

function report(path: string, mistakes: readonly string[], terminal: Pick<Terminal, "colour">): string {
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  const heading = paint(terminal, mistakes.length === 0 ? "good" : "bad", `${path}: ${count}`);
  return [heading, ...mistakes.map((mistake) => `  ${mistake}`)].join("\n") + "\n";
}

function ruleName(text: string): RuleName {
  const rule = RULE_NAMES.find((name) => name === text);
  if (rule === undefined)
    throw new UsageError(`there is no rule ${text}: it is one of ${RULE_NAMES.join(", ")}`);
  return rule;
}

function readTemplate(path: string): Template {
  const template = parsed(path);
  if (typeof template !== "object" || template === null || !("Resources" in template))
    throw new UsageError(`${path} is no CloudFormation template: it has no Resources`);
  return template as Template;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = `${path} cannot be read as JSON: ${(error as Error).message}`;
    throw new UsageError(`${reason}. ${WHERE_TO_FIND_JSON}`, { cause: error });
  }
}
