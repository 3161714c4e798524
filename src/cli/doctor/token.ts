import type { Settings } from "../../settings/settings.ts";
import { getOwn, type JsonObject } from "../../token/jwt.ts";
import type { Reason } from "../../errors.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { printable } from "../../logging/describe-error.ts";
import { withoutEmails, type Terminal } from "../terminal.ts";
import { tenantKeys } from "../tenant-keys.ts";
import { getEvidence } from "../token-input.ts";
import { getClue } from "../explain/clue.ts";
import { trace, type Trace } from "../explain/trace.ts";

/** What a real token says about the settings. */
export async function checkToken(
  text: string,
  settings: Settings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const traced = await traceAt(terminal.clock(), text, settings, terminal);
  const issuedAt = traced.jwt && getOwn(traced.jwt.claims, "iat");
  if (!isExpired(traced) || typeof issuedAt !== "number") return getFindings(traced, text, settings);
  const old = warning("token", "the token has expired", "What follows is checked as of when it was issued.");
  return [old, ...getFindings(await traceAt(issuedAt * 1000, text, settings, terminal), text, settings)];
}

function traceAt(now: number, text: string, settings: Settings, terminal: Terminal): Promise<Trace> {
  const getKeySet = (issuer: string) => tenantKeys(issuer, settings, terminal);
  return trace(getEvidence(text), { settings, now, getKeySet });
}

function isExpired({ verdict }: Trace): boolean {
  return "reason" in verdict && verdict.reason === "expired";
}

function getFindings(traced: Trace, text: string, settings: Settings): readonly Finding[] {
  const { verdict } = traced;
  if ("identity" in verdict)
    return [ok("token", `allow, as ${getName(traced)}`), emailFinding(verdict.identity.email.kind)];
  const detail = verdict.detail === undefined ? "" : ` (${printable(verdict.detail)})`;
  return [
    problem(
      "token",
      `${verdict.outcome}: ${verdict.reason}${detail}`,
      [verdict.hint, getClue(traced, text, settings), clue(traced, settings)].filter(Boolean).join(" "),
    ),
  ];
}

function getName({ use }: Trace): string {
  return use === "id" ? "an ID token" : "an access token";
}

function emailFinding(kind: "address" | "missing" | "unsupported"): Finding {
  if (kind === "address") return ok("email", "the token carries an email");
  const what = kind === "missing" ? "no email" : "an email that cannot be forwarded";
  return warning(
    "email",
    `the token carries ${what}, which AUTHORIZER_EMAIL_POLICY=optional allows`,
    "The backend receives none.",
  );
}

/** What the token says in the place of what it should say. Never an email: only the names of claims. */
function clue({ jwt, use, verdict }: Trace, { emailClaim }: Settings): string | undefined {
  if (jwt === undefined || !("reason" in verdict)) return undefined;
  const { header, claims } = jwt;
  const says: Readonly<Partial<Record<Reason, unknown>>> = {
    unknown_issuer: getOwn(claims, "iss"),
    unknown_audience: getOwn(claims, "aud"),
    unsupported_algorithm: getOwn(header, "alg"),
  };
  if (verdict.reason === "email_missing" && use === "access") return emailClue(claims, emailClaim ?? "none");
  const value = says[verdict.reason];
  return value === undefined ? undefined : `It says ${printable(withoutEmails(value))}.`;
}

function emailClue(claims: JsonObject, configured: string): string {
  const others = Object.keys(claims).filter((name) => /e-?mail$/i.test(name) && name !== configured);
  const found =
    others.length === 0 ? "no other" : others.map((name) => printable(withoutEmails(name))).join(", ");
  return `The settings name ${configured}; the token has ${found}.`;
}
