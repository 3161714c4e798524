import { parseArgs } from "node:util";
import { ConfigurationError, describeUnknownSetting } from "../../settings/configuration-error.ts";
import {
  findMisspelledVariables,
  getVariable,
  settingsFrom,
  settingsFromEnvironment,
  type Settings,
} from "../../settings/settings.ts";
import { issuer } from "../../settings/parsers.ts";
import { list } from "../../settings/words.ts";
import { checkNative } from "./native-authorizers.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { EXIT, paint, UsageError, type ExitCode, type Style, type Terminal } from "../terminal.ts";
import { checkTable } from "./table.ts";
import { checkTenant } from "./tenant.ts";
import { checkToken } from "./token.ts";
import { tokenFrom } from "../token-input.ts";

const DOCTOR_USAGE = `Usage: auth0-authorizer doctor [TOKEN] [options]

Looks at a tenant from outside and at the authorizer's settings, which are its environment variables, and says
what is wrong and what to do about it.

  TOKEN             a token of one of your users, which is checked as well; better -, to read it from standard
                    input: npm writes the arguments of npx and npm run into its log
  --domain DOMAIN   look only at this tenant, without any settings
  --json            for machines

Exit code: 0 no problems, 1 problems found, 2 wrong use
`;

interface DoctorOptions {
  readonly token: string | undefined;
  readonly domain: string | undefined;
  readonly json: boolean;
}

const MARKS: Readonly<Record<Finding["status"], readonly [mark: string, style: Style]>> = {
  ok: ["✓", "good"],
  warning: ["!", "careful"],
  error: ["✗", "bad"],
};

/** The command `doctor`. */
export async function doctor(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = await readOptions(args, terminal);
  if (options === undefined) {
    terminal.write(DOCTOR_USAGE);
    return EXIT.well;
  }
  const findings = await examine(options, terminal);
  const problems = findings.filter(({ status }) => status === "error").length;
  terminal.write(
    options.json
      ? `${JSON.stringify({ ok: problems === 0, findings })}\n`
      : `${findings.map((finding) => asText(finding, terminal)).join("\n")}\n\n${summary(problems, terminal)}\n`,
  );
  return problems === 0 ? EXIT.well : EXIT.problem;
}

/** Undefined where help is asked for. */
async function readOptions(args: readonly string[], terminal: Terminal): Promise<DoctorOptions | undefined> {
  const options = {
    domain: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean" },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help === true) return undefined;
  const [token, ...more] = positionals;
  if (more.length > 0) throw new UsageError("one token at a time");
  if (token !== undefined && values.domain !== undefined) {
    throw new UsageError("a token is checked by the settings: leave --domain out");
  }
  return {
    token: token === undefined ? undefined : await tokenFrom(token, terminal),
    domain: values.domain,
    json: values.json === true,
  };
}

async function examine({ token, domain }: DoctorOptions, terminal: Terminal): Promise<readonly Finding[]> {
  if (domain !== undefined) return checkTenants(settingsForDomain(domain), terminal);
  const { settings, findings } = readSettings(terminal.env);
  if (settings === undefined)
    return [...findings, ...(await checkTenants(tenantAlone(terminal.env), terminal))];
  const tenants = await checkTenants(settings, terminal);
  const tables = await checkTable(settings, terminal);
  const tokens = token === undefined ? [] : await checkToken(token, settings, terminal);
  return [...findings, ...checkNative(settings, terminal.env), ...tenants, ...tables, ...tokens];
}

type TenantSettings = Pick<Settings, "domain" | "jwksTimeoutMs" | "clockToleranceSeconds">;

async function checkTenants(settings: TenantSettings, terminal: Terminal): Promise<readonly Finding[]> {
  const tenants = await Promise.all(settings.domain.map((each) => checkTenant(each, settings, terminal)));
  return tenants.flat();
}

function settingsForDomain(domain: string): Settings {
  try {
    // Client IDs do not matter to a tenant, but settings without any are invalid.
    return settingsFrom({ domain: list(issuer)(domain), clientIds: ["any"] });
  } catch (error) {
    const issues = error instanceof ConfigurationError ? error.issues : [(error as Error).message];
    throw new UsageError(`--domain ${issues.map((issue) => issue.replace(/^domain /, "")).join("; ")}`, {
      cause: error,
    });
  }
}

/** The tenant can be looked at even where the other settings are broken. */
function tenantAlone(env: NodeJS.ProcessEnv): TenantSettings {
  try {
    return settingsForDomain(env[getVariable("domain")] ?? "");
  } catch {
    return { domain: [], jwksTimeoutMs: 0, clockToleranceSeconds: 0 };
  }
}

interface Reading {
  readonly settings: Settings | undefined;
  readonly findings: readonly Finding[];
}

function readSettings(env: NodeJS.ProcessEnv): Reading {
  const misspelled = findMisspelledVariables(env).map(({ found, meant }) =>
    warning("settings", describeUnknownSetting(found, undefined), `Did you mean ${meant}?`),
  );
  try {
    const settings = settingsFromEnvironment(env);
    return { settings, findings: [ok("settings", "valid"), ...misspelled] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const issues = error.issues.map((issue) => problem("settings", issue, "The authorizer would not start."));
    return { settings: undefined, findings: issues };
  }
}

function asText({ check, status, what, advice }: Finding, terminal: Terminal): string {
  const [mark, style] = MARKS[status];
  const line = `  ${paint(terminal, style, mark)} ${check.padEnd(11)}${what}`;
  return advice === undefined ? line : `${line}\n${" ".repeat(15)}${advice}`;
}

function summary(problems: number, terminal: Terminal): string {
  if (problems === 0) return paint(terminal, "good", "No problems found.");
  return paint(terminal, "bad", problems === 1 ? "1 problem." : `${problems} problems.`);
}
