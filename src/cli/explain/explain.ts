import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { EvaluationStep } from "../../authorizer/evaluate.ts";
import { createRevocations } from "../../authorizer/create-evaluator.ts";
import { getOwn, type UnverifiedJwt } from "../../token/jwt.ts";
import type { KeySet } from "../../token/keys/remote-key-set.ts";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import { settingsFromEnvironment, type Settings } from "../../settings/settings.ts";
import { EXIT, hiddenEmail, paint, UsageError, withoutEmails } from "../terminal.ts";
import { printable } from "../../logging/describe-error.ts";
import type { ExitCode, Style, Terminal } from "../terminal.ts";
import { decodeText } from "../pasted-text.ts";
import { keysOfFile, tenantKeys } from "../tenant-keys.ts";
import { getEvidence, tokenFrom, type Evidence } from "../token-input.ts";
import { describeRoutes, withRoutes } from "./callable-routes.ts";
import { getClue } from "./clue.ts";
import { STEPS, trace, type StepOutcome, type Trace } from "./trace.ts";

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

const MARKS: Readonly<Record<StepOutcome, readonly [mark: string, style: Style]>> = {
  passed: ["✓", "good"],
  deny: ["✗", "bad"],
  unauthorized: ["✗", "bad"],
  error: ["?", "careful"],
  skipped: ["-", "careful"],
  "not reached": ["·", "faint"],
};
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
  const { event, hiddenSteps } = options.evidence;
  const { env, clock } = terminal;
  // The table is asked now, with the credentials of the environment.
  const revocations = options.offline
    ? undefined
    : createRevocations(settings, { env, clock, random: Math.random, onEvent: () => undefined });
  // A token alone says nothing about the API that it is sent to.
  const asked = hiddenSteps.length > 0 ? { ...settings, routePermissions: {}, shared: false } : settings;
  const traced = await trace(event, { settings: asked, now: options.now, getKeySet, revocations });
  const withoutTable: readonly EvaluationStep[] =
    settings.revocationTable === undefined ? ["revocation"] : [];
  const hidden = [...hiddenSteps, ...withoutTable];
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
  const now = values.at === undefined ? terminal.clock() : Date.parse(values.at);
  if (Number.isNaN(now)) throw new UsageError(`--at is not a time: ${values.at ?? ""}`);
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
  const text = readTextFile(option, file);
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

function readTextFile(option: string, file: string): string {
  try {
    return decodeText(readFileSync(file));
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

function keySetReader(
  { keys }: Pick<ExplainOptions, "keys">,
  settings: Settings,
  terminal: Terminal,
): (issuer: string) => KeySet {
  const file = keys === undefined ? undefined : { name: keys, content: readJsonFile("--keys", keys) };
  return (issuer) =>
    file === undefined ? tenantKeys(issuer, settings, terminal) : keysOfFile(issuer, settings, file);
}

/** What the token says that matters to a rule. */
const SEEN: Readonly<Partial<Record<EvaluationStep, readonly string[]>>> = {
  header: ["alg", "typ", "kid"],
  issuer: ["iss"],
  audience: ["aud"],
  "token-type": ["azp", "client_id", "gty", "nonce", "events"],
  subject: ["sub"],
  lifetime: ["iat", "nbf", "exp"],
  revocation: ["sid"],
  organization: ["org_id"],
  permissions: ["permissions", "scope"],
};

/** A trace, and what of it may be shown. */
interface Reading {
  readonly traced: Trace;
  readonly settings: Settings;
  readonly clue: string | undefined;
  readonly showEmail: boolean;
}

function seen(
  step: EvaluationStep,
  { traced, settings, showEmail }: Reading,
): Readonly<Record<string, string>> {
  const { jwt, use } = traced;
  if (jwt === undefined) return {};
  const part = step === "header" ? jwt.header : jwt.claims;
  const email = step === "email" ? emailClaim(use, settings) : undefined;
  const names = email === undefined ? (SEEN[step] ?? []) : [email, `${email}_verified`];
  const present = names.filter((name) => getOwn(part, name) !== undefined);
  const shown = (name: string): unknown => {
    const value = getOwn(part, name);
    if (showEmail) return value;
    return name === email ? hiddenEmail(value) : withoutEmails(value);
  };
  return Object.fromEntries(present.map((name) => [name, asSeen(step, shown(name))]));
}

function emailClaim(use: Trace["use"], settings: Settings): string | undefined {
  return use === "id" ? "email" : settings.emailClaim;
}

function asSeen(step: EvaluationStep, value: unknown): string {
  const date = new Date(step === "lifetime" && typeof value === "number" ? value * 1000 : NaN);
  return Number.isNaN(date.getTime()) ? printable(value) : date.toISOString().replace(".000Z", "Z");
}

function asJson(reading: Reading): object {
  const { traced } = reading;
  const { verdict } = traced;
  return {
    verdict: verdict.outcome,
    ...("reason" in verdict
      ? { reason: verdict.reason, detail: getDetail(verdict), hint: verdict.hint, clue: reading.clue }
      : {
          tokenUse: verdict.identity.tokenUse,
          ...withRoutes(verdict.identity, reading.settings),
        }),
    steps: traced.steps.map(({ step, outcome }) => ({
      step,
      asks: STEPS[step],
      outcome,
      ...(outcome !== "not reached" && { token: seen(step, reading) }),
    })),
  };
}

function asText(reading: Reading, terminal: Terminal): string {
  const { traced } = reading;
  const lines = traced.steps.flatMap(({ step, outcome }) => {
    const [mark, style] = MARKS[outcome];
    const note = outcome === "skipped" ? " (skipped)" : "";
    const line = `  ${paint(terminal, style, mark)} ${step.padEnd(18)}${STEPS[step]}${paint(terminal, "faint", note)}`;
    if (outcome === "not reached") return [paint(terminal, "faint", `  ${mark} ${step}`)];
    const facts = Object.entries(seen(step, reading)).map(([name, value]) => `${name} ${value}`);
    return facts.length === 0
      ? [line]
      : [line, paint(terminal, "faint", `${" ".repeat(22)}${facts.join("   ")}`)];
  });
  return `${describeToken(traced.jwt, traced)}\n\n${lines.join("\n")}\n\n${conclusion(reading, terminal)}\n${"identity" in traced.verdict ? describeRoutes(traced.verdict.identity, reading.settings, terminal) : ""}`;
}

function describeToken(jwt: UnverifiedJwt | undefined, { use, steps }: Trace): string {
  if (jwt === undefined) return "No token that can be read.";
  if (use !== undefined)
    return use === "id" ? "An ID token of an application." : "An access token of an API.";
  return steps.some(({ step, outcome }) => step === "audience" && outcome === "not reached")
    ? "A token that is not accepted, whatever its audience."
    : "A token for none of the applications and APIs of these settings.";
}

function conclusion({ traced: { verdict }, clue }: Reading, terminal: Terminal): string {
  const { outcome } = verdict;
  switch (outcome) {
    case "allow":
      return paint(terminal, "good", "allow");
    case "unverified":
      return paint(
        terminal,
        "careful",
        "unverified: everything else passed, but the signature was not checked.",
      );
    case "deny":
    case "unauthorized":
    case "error": {
      const detail = verdict.detail === undefined ? "" : ` (${getDetail(verdict)})`;
      const head = paint(terminal, outcome === "error" ? "careful" : "bad", `${outcome}: ${verdict.reason}`);
      return `${head}${detail}\n${clue === undefined ? verdict.hint : `${verdict.hint}\n${clue}`}`;
    }
  }
}

/** It may quote a server. */
function getDetail({ detail }: { readonly detail: string | undefined }): string | undefined {
  return detail === undefined ? undefined : printable(detail);
}
