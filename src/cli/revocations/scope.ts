import { decodeUnverifiedJwt } from "../../token/jwt.ts";
import { AuthorizerError } from "../../errors.ts";
import { tokenHash } from "../../revocation/item.ts";
import type { RevocationScope } from "../../revocation/revocation.ts";
import { isSubject } from "../../revocation/subject.ts";
import { printable } from "../../logging/describe-error.ts";
import { UsageError, type Terminal } from "../terminal.ts";
import { UNSEEN_AROUND } from "../pasted-text.ts";
import { tokenFrom } from "../token-input.ts";

/** The words of the command line for what a revocation covers. */
export const SCOPE_WORDS = ["user", "member", "session", "client", "token"] as const;

/**
 * The scope that words of the command line name. Every value that Auth0 would not have there is refused: it would be
 * written, and revoke nothing.
 *
 * @throws UsageError
 */
export async function readScope(words: readonly string[], terminal: Terminal): Promise<RevocationScope> {
  const [word, first, second, ...others] = words;
  if (word === "all")
    throw new UsageError(
      "all tokens are refused by a setting of the authorizer: AUTHORIZER_ISSUED_AFTER, such as 2026-11-30T08:00:00Z",
    );
  if (others.length > 0 || (second !== undefined && word !== "member")) throw new UsageError("one at a time");
  switch (word) {
    case "user":
      return { kind: "sub", sub: readSubject(first) };
    case "member":
      return { kind: "member", organizationId: readOrganization(first), sub: readSubject(second) };
    case "session":
      return { kind: "sid", sid: readIdentifier(first, "a session's sid") };
    case "client":
      return { kind: "client", clientId: readIdentifier(first, "an application's client ID") };
    case "token":
      return { kind: "token", hash: getHash(await tokenFrom(first, terminal)) };
    case undefined:
    default:
      throw new UsageError(`say what to revoke: ${SCOPE_WORDS.join(", ")}`);
  }
}

const WHERE_TO_FIND =
  'Copy user_id from the user\'s page in the Auth0 Dashboard, or "sub" from a token: auth0|5f7c8ec7c33c6c004bbafe82.';

function readSubject(text: string | undefined): string {
  const value = trimmed(text, "a user's sub");
  const issue = findSubjectIssue(value);
  if (issue === undefined) return value;
  throw new UsageError(`${quote(value)} is not the sub of a user: ${issue}. ${WHERE_TO_FIND}`);
}

/** The provider before the `|`, as Auth0 names them, and an ID. */
const USER = /^[a-z0-9][a-z0-9_.-]*\|\S/;
/** What is left where a list, a shortened text or a line of JSON was copied: a separator at the end, or another user. */
const LEFTOVER = /[,;…\\]$|\.\.\.$|[,;]\s*[a-z0-9-]+\|[^,;|]+$/;

/** What a text looks like that cannot be a `sub` of Auth0; undefined where it can be one. */
function findSubjectIssue(text: string): string | undefined {
  if (hasQuotes(text)) return "there are quotes around it";
  if (/^https?:\/\//i.test(text)) return "this is a web address";
  if (isJwt(text)) return IS_TOKEN;
  if (text.includes("|") && !USER.test(text))
    return "it does not begin with a provider, such as auth0, and a |";
  if (LEFTOVER.test(text)) return "something is left at its end, or these are several: one at a time";
  if (isSubject(text)) return undefined;
  if (/%7c/i.test(text)) return "this is percent-encoded, and %7C stands for |";
  if (text.includes("@")) return "this looks like an email address";
  if (/^[0-9a-z]{8,}$/i.test(text)) return "this looks like an ID without its provider, such as auth0|";
  return "it has no | between a provider and an ID";
}

function readOrganization(text: string | undefined): string {
  const value = readIdentifier(text, "an organization's ID");
  if (/^org_[0-9a-z]+$/i.test(value)) return value;
  throw new UsageError(
    `${printable(value)} is not the ID of an organization, which begins with org_. Copy it from the organization's page in the Auth0 Dashboard, or "org_id" from a token; first the organization, then the user.`,
  );
}

/** Session and client IDs have no spaces, quotes or `|`, which a user's `sub` has. */
function readIdentifier(text: string | undefined, what: string): string {
  const value = trimmed(text, what);
  const issue = findIdentifierIssue(value);
  if (issue === undefined) return value;
  throw new UsageError(`${quote(value)} is not ${what}: ${issue}`);
}

function findIdentifierIssue(text: string): string | undefined {
  if (hasQuotes(text)) return "there are quotes around it";
  if (isJwt(text)) return IS_TOKEN;
  if (isSubject(text)) return "this looks like a user's sub: revoke user";
  if (/[\s\p{C}]/u.test(text)) return "there is a space or a control character in it";
  if (/^(?:undefined|null)$/.test(text)) return "this is the text of an empty variable";
  const [sign] = /[<>{}[\]#,;\\…]|^\w+=/.exec(text) ?? [];
  return sign === undefined ? undefined : `there is ${sign} in it, which none has`;
}

const IS_TOKEN = "this is a token, for which there is: revoke token";

function isJwt(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text);
}

/** A token is not printed, because what a terminal or a build shows is often kept. */
function quote(text: string): string {
  return isJwt(text) ? "What was given" : printable(text);
}

function trimmed(text: string | undefined, what: string): string {
  const value = text?.replaceAll(UNSEEN_AROUND, "") ?? "";
  if (value === "") throw new UsageError(`the value is missing: ${what}`);
  return value;
}

function hasQuotes(text: string): boolean {
  return /^["'`\u2018-\u201f\u00ab\u00bb]|["'`\u2018-\u201f\u00ab\u00bb]$/.test(text);
}

/** A token alone, or a whole Authorization header, as `explain` takes it. */
function getHash(text: string): string {
  const token = text.replace(/^authorization:\s*/i, "").replace(/^bearer\s+/i, "");
  try {
    decodeUnverifiedJwt(token);
    return tokenHash(token);
  } catch (error) {
    if (!(error instanceof AuthorizerError)) throw error;
    throw new UsageError(`this is not a token that an authorizer would accept: ${error.message}`, {
      cause: error,
    });
  }
}
