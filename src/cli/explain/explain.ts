import { parseArgs } from "node:util";
import type { EvaluationStep } from "../../authorizer/evaluate.ts";
import { createRevocations } from "../../authorizer/create-evaluator.ts";
import type { KeySet } from "../../token/keys/remote-key-set.ts";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import { settingsFromEnvironment, type Settings } from "../../settings/settings.ts";
import { EXIT, UsageError } from "../terminal.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { readTextFile } from "../pasted-text.ts";
import { keysOfFile, tenantKeys } from "../tenant-keys.ts";
import { getEvidence, tokenFrom, type Evidence } from "../token-input.ts";
import { readTime } from "../time-option.ts";
import { getClue } from "./clue.ts";
import { asJson, asText } from "./report.ts";
import { trace, type Trace } from "./trace.ts";

const EXPLAIN_USAGE = `Usage: auth0-authorizer explain [TOKEN] [options]

Takes a token through the authorizer's checks and says which one decides, and why. The settings are the
authorizer's environment variables. The token is sent nowhere: only the tenant's keys are fetched.

  TOKEN           a token, an Authorization header, a curl command or a token endpoint's answer; without it, or as -,
                  standard input is read, which is better: npm writes the arguments of npx and npm run into its log
  --event FILE    an event of an authorizer, as JSON, in place of the token
  --keys FILE     take the keys from a JWK Set, one JWK or a snapshot instead of fetching them
  --offline       fetch nothing: key, signature and revocations are then not checked
  --at TIME       evaluate as of this time: 2026-11-22T12:00:00Z
  --show-email    print email addresses
  --json          for machines

Exit code: 0 allow, 1 unauthorized or deny, 2 wrong use or settings, 3 error (no keys) or --offline
`;

interface ExplainOptions {
  readonly evidence: Evidence;
  /** Empty where there is an event in its place. */
  readonly credential: string;
  readonly keys: string | undefined;
  readonly offline: boolean;
  readonly now: number;
  readonly showEmail: boolean;
  readonly json: boolean;
}

const EXIT_CODES: Readonly<Record<Trace["verdict"]["outcome"], ExitCode>> = {
  allow: EXIT.well,
  deny: EXIT.problem,
  unauthorized: EXIT.problem,
  error: EXIT.undecided,
  unverified: EXIT.undecided,
};

/** The command `explain`. */
export async function explain(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = await readOptions(args, terminal);
  if (options === undefined) {
    terminal.write(EXPLAIN_USAGE);
    return EXIT.well;
  }
  const settings = readSettings(terminal.env);
  const getKeySet = options.offline ? undefined : keySetReader(options, settings, terminal);
  const { env, clock } = terminal;
  // The table is asked now, with the credentials of the environment.
  const revocations = options.offline
    ? undefined
    : createRevocations(settings, { env, clock, random: Math.random, onEvent: () => undefined });
  const traced = withHintOnFile(
    await trace(options.evidence, { settings, now: options.now, getKeySet, revocations }),
    options,
  );
  const withoutTable: readonly EvaluationStep[] =
    settings.revocationTable === undefined ? ["revocation"] : [];
  const hidden = [...options.evidence.hiddenSteps, ...withoutTable];
  const steps = traced.steps.filter(({ step }) => !hidden.includes(step));
  const clue = getClue(traced, options.credential, settings);
  const reading = { traced: { ...traced, steps }, settings, clue, showEmail: options.showEmail };
  terminal.write(options.json ? `${JSON.stringify(asJson(reading))}\n` : asText(reading, terminal));
  return EXIT_CODES[traced.verdict.outcome];
}

/** Undefined where help is asked for. */
async function readOptions(args: readonly string[], terminal: Terminal): Promise<ExplainOptions | undefined> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const flags = {
    event: text,
    keys: text,
    offline: flag,
    at: text,
    "show-email": flag,
    json: flag,
    help: flag,
  };
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  if (values.help === true) return undefined;
  if (positionals.length > 1) throw new UsageError("one token at a time");
  if (values.event !== undefined && positionals.length > 0)
    throw new UsageError("a token or --event, not both: the event has a token of its own");
  if (values.offline === true && values.keys !== undefined)
    throw new UsageError("--offline checks no signature: leave it out, and the keys of --keys are used");
  const now = values.at === undefined ? terminal.clock() : readTime("--at", values.at) * 1000;
  const credential = values.event === undefined ? await tokenFrom(positionals[0], terminal) : "";
  return {
    evidence:
      values.event === undefined
        ? getEvidence(credential)
        : { event: readJsonFile("--event", values.event), hiddenSteps: [] },
    credential,
    keys: values.keys,
    offline: values.offline === true,
    now,
    showEmail: values["show-email"] === true,
    json: values.json === true,
  };
}

function readJsonFile(option: string, file: string): unknown {
  const text = readFile(option, file);
  if (/^\s*-----BEGIN /.test(text))
    throw new UsageError(
      `${option}: ${file} is PEM, which has no key ID. Give a JWK Set, as the tenant publishes it at /.well-known/jwks.json`,
    );
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${option}: ${file} is not JSON`, { cause });
  }
}

function readFile(option: string, file: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    throw new UsageError(`${option}: ${(cause as Error).message}`, { cause });
  }
}

function readSettings(env: NodeJS.ProcessEnv): Settings {
  try {
    return settingsFromEnvironment(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(`configuration error.\n- ${error.issues.join("\n- ")}`, { cause: error });
  }
}

/** The hint on keys that are not available is about a tenant that does not answer, and nothing was fetched. */
function withHintOnFile(traced: Trace, { keys }: Pick<ExplainOptions, "keys">): Trace {
  const { verdict } = traced;
  if (keys === undefined || !("reason" in verdict) || verdict.reason !== "keys_unavailable") return traced;
  const hint =
    "The file of --keys lacks what the detail says. Give the JWK Set that the tenant publishes at /.well-known/jwks.json.";
  return { ...traced, verdict: { ...verdict, hint } };
}

function keySetReader(
  { keys }: Pick<ExplainOptions, "keys">,
  settings: Settings,
  terminal: Terminal,
): (issuer: string) => KeySet {
  const file = keys === undefined ? undefined : { name: keys, content: readJsonFile("--keys", keys) };
  return (issuer) =>
    file === undefined ? tenantKeys(issuer, settings, terminal) : keysOfFile(issuer, settings, file);
}
