import type { EvaluationStep } from "../../authorizer/evaluate.ts";
import { printable } from "../../logging/describe-error.ts";
import type { Settings } from "../../settings/settings.ts";
import { getOwn, type UnverifiedJwt } from "../../token/jwt.ts";
import { documentationUrl } from "../documentation.ts";
import { hiddenEmail, paint, withoutEmails, type Style, type Terminal } from "../terminal.ts";
import { describeRoutes, withRoutes } from "./callable-routes.ts";
import { STEPS, type StepOutcome, type Trace } from "./trace.ts";

const MARKS: Readonly<Record<StepOutcome, readonly [mark: string, style: Style]>> = {
  passed: ["✓", "good"],
  deny: ["✗", "bad"],
  unauthorized: ["✗", "bad"],
  error: ["?", "careful"],
  skipped: ["-", "careful"],
  "not reached": ["·", "faint"],
};
/** What the token says that matters to a rule. */
const SEEN: Readonly<Partial<Record<EvaluationStep, readonly string[]>>> = {
  header: ["alg", "typ", "kid"],
  issuer: ["iss"],
  audience: ["aud"],
  "token-type": ["azp", "client_id", "gty", "nonce", "events"],
  subject: ["sub"],
  lifetime: ["iat", "nbf", "exp"],
  machine: ["sub_profile", "client_profile"],
  agent: ["sub_profile"],
  actor: ["act"],
  revocation: ["sid"],
  organization: ["org_id"],
  permissions: ["permissions", "scope"],
};

/** A trace, and what of it may be shown. */
export interface Reading {
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

/** The report for machines. */
export function asJson(reading: Reading): object {
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

/** The report for a person. */
export function asText(reading: Reading, terminal: Terminal): string {
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
  if (jwt === undefined) return "No readable token.";
  if (use !== undefined)
    return use === "id" ? "An ID token of an application." : "An access token of an API.";
  return steps.some(({ step, outcome }) => step === "audience" && outcome === "not reached")
    ? "Rejected before the audience was checked."
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
      const more = documentationUrl(`reasons#${verdict.reason}`);
      return [`${head}${detail}`, verdict.hint, clue, more].filter(Boolean).join("\n");
    }
  }
}

/** It may quote a server. */
function getDetail({ detail }: { readonly detail: string | undefined }): string | undefined {
  return detail === undefined ? undefined : printable(detail);
}
