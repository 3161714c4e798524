import type { Settings } from "../config.ts";
import { member, type JsonObject } from "../oauth/jwt.ts";
import type { Reason } from "../refusal.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { printable, withoutEmails, type Terminal } from "./terminal.ts";
import { tenantKeys } from "./tenant-keys.ts";
import { credentialsIn } from "./token-input.ts";
import { walk, type Walk } from "./walk.ts";

/** What a token of the team's own says about the settings. */
export async function checkToken(
  text: string,
  settings: Settings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const walked = await walkAt(terminal.clock(), text, settings, terminal);
  const issuedAt = Number(walked.jwt && member(walked.jwt.claims, "iat")) * 1000;
  if (!isExpired(walked) || Number.isNaN(issuedAt)) return findingsOf(walked, settings);
  const old = warning("token", "the token has expired", "What follows is judged as of when it was issued.");
  return [old, ...findingsOf(await walkAt(issuedAt, text, settings, terminal), settings)];
}

function walkAt(now: number, text: string, settings: Settings, terminal: Terminal): Promise<Walk> {
  const keySetOf = (issuer: string) => tenantKeys(issuer, settings, terminal);
  return walk(credentialsIn(text), { settings, now, keySetOf });
}

function isExpired({ verdict }: Walk): boolean {
  return "reason" in verdict && verdict.reason === "expired";
}

function findingsOf(walked: Walk, settings: Settings): readonly Finding[] {
  const { verdict } = walked;
  if ("identity" in verdict)
    return [ok("token", `accepted, as ${nameOf(walked)}`), emailFinding(verdict.identity.email.kind)];
  const detail = verdict.detail === undefined ? "" : ` (${printable(verdict.detail)})`;
  return [
    problem(
      "token",
      `refused: ${verdict.reason}${detail}`,
      [verdict.hint, clue(walked, settings)].filter(Boolean).join(" "),
    ),
  ];
}

function nameOf({ use }: Walk): string {
  return use === "id" ? "an ID token" : "an access token";
}

function emailFinding(kind: "address" | "missing" | "unsupported"): Finding {
  return kind === "address"
    ? ok("email", "the token carries an e-mail")
    : warning(
        "email",
        "the token carries no e-mail, which AUTHORIZER_EMAIL=optional allows",
        "The Lambdas behind see none.",
      );
}

/** What the token says in the place of what it should say. Never an e-mail: only the names of claims. */
function clue({ jwt, use, verdict }: Walk, { emailClaim }: Settings): string | undefined {
  if (jwt === undefined || !("reason" in verdict)) return undefined;
  const { header, claims } = jwt;
  const says: Readonly<Partial<Record<Reason, unknown>>> = {
    unknown_issuer: member(claims, "iss"),
    unknown_audience: member(claims, "aud"),
    unsupported_algorithm: member(header, "alg"),
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
