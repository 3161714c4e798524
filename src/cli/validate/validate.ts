import { existsSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { readAcceptances, type Acceptance } from "../../deploy/lint/accept.ts";
import {
  checkTemplate,
  isGap,
  RULE_NAMES,
  type Finding,
  type Report,
  type RuleName,
} from "../../deploy/lint/lint.ts";
import type { Stack } from "../../deploy/lint/evaluate.ts";
import { createStacks, getExports } from "../../deploy/lint/stack.ts";
import { readTextFile } from "../pasted-text.ts";
import { EXIT, UsageError, type ExitCode, type Terminal } from "../terminal.ts";
import { formatReport } from "./report.ts";
import { readTemplates, type TemplateFile } from "./templates.ts";

/** Read from the working directory where there is one. */
const ACCEPT_FILE = "auth0-authorizer.accept.json";
/** What is said of all templates together. */
const OF_ALL: readonly RuleName[] = ["unknown-public-route", "unmatched-acceptance"];

const USAGE = `Usage: auth0-authorizer validate [OPTIONS] TEMPLATE...

Looks for what is wrong with a service before it is deployed: routes without a token, settings with which the function
would not start, caches that mix up callers, permissions that are missing or too wide. Reads CloudFormation and SAM,
as YAML or JSON, OpenAPI in them, and nested templates beside them. Names what it could not read.
  TEMPLATE  a file, or a folder: cdk.out, .serverless
  --public  a route that is meant to have no authorizer: "GET /health"
  --accept  a file with findings to leave out, by rule, resource and route (${ACCEPT_FILE})
  --except  a rule that is left out
  --strict  exit code 1 for warnings, and for what was not checked

Exit codes: 0 nothing wrong, or warnings; 1 an error; 2 wrong use; 3 no error, but not all could be read.
Rules: ${RULE_NAMES.join(", ")}
`;

/**
 * The command `validate`.
 *
 * @returns the exit code: 0 no error, 1 an error, 2 wrong use, 3 no error, but a route, an authorizer or a permission
 *   could not be read
 * @throws UsageError
 */
export function validate(
  args: readonly string[],
  terminal: Pick<Terminal, "write" | "colour" | "clock">,
): Promise<ExitCode> {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    terminal.write(USAGE);
    return Promise.resolve(EXIT.well);
  }
  if (positionals.length === 0) throw new UsageError("name the file of a template");
  const options = {
    publicRoutes: values.public,
    except: values.except.map(toRuleName),
    accept: readAcceptFile(values.accept),
    now: terminal.clock(),
  };
  const files = positionals.flatMap(readTemplates);
  const exports = readExports(files);
  const reports = withSharedFindings(
    files.map(({ template, load, readFile }) =>
      checkTemplate(template, { ...options, load, readFile, exports }),
    ),
  );
  reports.forEach((report, index) => {
    terminal.write(formatReport(files[index]?.path ?? "", report, terminal));
  });
  return Promise.resolve(
    toExitCode(
      reports.flatMap(({ findings }) => findings),
      values.strict,
    ),
  );
}

/** IDs of an exporting template begin with its name, so that they are not taken for those of the importing one. */
function readExports(files: readonly TemplateFile[]): Stack["exports"] {
  return new Map(
    files.flatMap(({ path, template, load }, index) => {
      const name = basename(path).replace(/[^-\w].*/u, "");
      const isTaken = files.slice(0, index).some((other) => basename(other.path) === basename(path));
      const prefix = `${name}${isTaken ? ` ${index + 1}` : ""}/`;
      return getExports(createStacks(template, load, undefined, prefix).root);
    }),
  );
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      public: { type: "string", multiple: true, default: [] },
      except: { type: "string", multiple: true, default: [] },
      accept: { type: "string" },
      strict: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
    allowPositionals: true,
  });
}

/** What is listed need only be in one of the templates; what is in none is said once. */
function withSharedFindings(reports: readonly Report[]): Report[] {
  const isOfAll = ({ rule, found, resource }: Finding): boolean =>
    reports.every(({ findings }) =>
      findings.some((each) => each.rule === rule && each.found === found && each.resource === resource),
    );
  return reports.map((report, index) => ({
    ...report,
    findings: report.findings.filter(
      (finding) => !OF_ALL.includes(finding.rule) || (index === 0 && isOfAll(finding)),
    ),
  }));
}

function toExitCode(findings: readonly Finding[], isStrict: boolean): ExitCode {
  if (isStrict) return findings.length > 0 ? EXIT.problem : EXIT.well;
  if (findings.some(({ severity }) => severity === "error")) return EXIT.problem;
  return findings.some(isGap) ? EXIT.undecided : EXIT.well;
}

function readAcceptFile(given: string | undefined): Acceptance[] {
  const path = given ?? ACCEPT_FILE;
  if (given === undefined && !existsSync(path)) return [];
  try {
    return readAcceptances(JSON.parse(readTextFile(path)));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function toRuleName(text: string): RuleName {
  const rule = RULE_NAMES.find((name) => name === text);
  if (rule === undefined)
    throw new UsageError(`there is no rule ${text}: it is one of ${RULE_NAMES.join(", ")}`);
  return rule;
}
