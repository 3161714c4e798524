import { parseArgs } from "node:util";
import { rfc3339 } from "../date-time.ts";
import { decodeUnverifiedJwt } from "../oauth/jwt.ts";
import { Refusal } from "../refusal.ts";
import type { Revocation, RevocationKind } from "../revocations/revocation.ts";
import { tokenHash } from "../revocations/revoked-tokens.ts";
import { writeRevocation } from "../revocations/table-writer.ts";
import { issuer } from "../settings/values.ts";
import { revocationTable, TABLE_OPTIONS, TABLE_USAGE, tableFailure, valueOf } from "./revocation-table.ts";
import { EXIT, paint, printable, UsageError, type ExitCode, type Terminal } from "./terminal.ts";
import { tokenFrom } from "./token-input.ts";

const USAGE = `Usage: auth0-authorizer revoke user|session|client|token|all [VALUE] --table T [options]

Ends tokens before their time: every authorizer that reads the table refuses them.
  user VALUE           tokens of a user, by sub: auth0|5f7c8ec7c33c6c004bbafe82
  session VALUE        tokens of a session, by sid (AUTH0_SESSION_CLAIM in access tokens)
  client VALUE         tokens that were issued to an application, by its client ID
  token [TOKEN]        one token; without it, or as -, standard input is read, which is better: npm writes
                       the arguments of npx and npm run into its log. The table gets its hash alone
  all                  every token

  --issuer DOMAIN      only tokens that this domain issued; without it, those of every issuer
  --not-before TIME    tokens issued then or before, for user, client and all: 2026-11-22T12:00:00Z;
                       without it, now
${TABLE_USAGE}
Whoever may still sign in, or has a refresh token, gets a new token: block the user in Auth0 too.

Exit code: 0 written, 1 not written, 2 wrong use
`;

/** What a word of the command line revokes. */
interface Subject {
  readonly kind: RevocationKind;
  /** How the value is called that it needs. */
  readonly value?: string;
  /** Whether it ends tokens by the time when they were issued. */
  readonly byTime: boolean;
  /** For people. */
  readonly says: (value: string) => string;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  user: { kind: "sub", value: "a user's sub", byTime: true, says: (sub) => `tokens of the user ${sub}` },
  session: { kind: "sid", value: "a sid", byTime: false, says: (sid) => `tokens of the session ${sid}` },
  client: {
    kind: "client",
    value: "a client ID",
    byTime: true,
    says: (id) => `tokens of the application ${id}`,
  },
  token: { kind: "token", byTime: false, says: (hash) => `the token with the hash ${hash}` },
  all: { kind: "all", byTime: true, says: () => "all tokens" },
};

const OPTIONS = {
  ...TABLE_OPTIONS,
  issuer: { type: "string" },
  "not-before": { type: "string" },
} as const;

/**
 * The command `revoke`.
 *
 * @throws UsageError
 */
export async function revoke(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help === true) {
    terminal.write(USAGE);
    return EXIT.well;
  }
  const [word, value, ...others] = positionals;
  if (others.length > 0) throw new UsageError("one at a time");
  const subject = subjectOf(word);
  const revocation: Revocation = {
    kind: subject.kind,
    value: await valueFor(subject, value, terminal),
    issuer: values.issuer === undefined ? "*" : valueOf("--issuer", issuer, values.issuer),
    notBefore: notBeforeFrom(values["not-before"], subject, terminal),
  };
  const table = revocationTable(values, terminal);
  try {
    const { name, retentionHours, call } = table;
    await writeRevocation(revocation, { table: name, retentionHours, call, clock: terminal.clock });
  } catch (error) {
    terminal.writeError(`Nothing was revoked: ${tableFailure(error, table)}\n`);
    return EXIT.problem;
  }
  terminal.write(
    values.json === true
      ? `${JSON.stringify(revocation)}\n`
      : report(revocation, subject, table.place, terminal),
  );
  return EXIT.well;
}

function subjectOf(word: string | undefined): Subject {
  const subject = word !== undefined && Object.hasOwn(SUBJECTS, word) ? SUBJECTS[word] : undefined;
  if (subject === undefined) throw new UsageError(`say what to revoke: ${Object.keys(SUBJECTS).join(", ")}`);
  return subject;
}

async function valueFor(subject: Subject, value: string | undefined, terminal: Terminal): Promise<string> {
  if (subject.kind === "token") return hashOf(await tokenFrom(value, terminal));
  if (subject.value === undefined) {
    if (value !== undefined) throw new UsageError("all needs no value");
    return "*";
  }
  const text = value?.trim() ?? "";
  if (text === "") throw new UsageError(`the value is missing: ${subject.value}`);
  return text;
}

/** A token alone, or a whole Authorization header, as `explain` takes it. */
function hashOf(text: string): string {
  const token = text.replace(/^authorization:\s*/i, "").replace(/^bearer\s+/i, "");
  try {
    decodeUnverifiedJwt(token);
    return tokenHash(token);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new UsageError(`this is no token that an authorizer would accept: ${error.message}`);
  }
}

/** Seconds since the epoch. */
function notBeforeFrom(text: string | undefined, { byTime }: Subject, { clock }: Terminal): number {
  if (text === undefined) return Math.floor(clock() / 1000);
  if (!byTime) throw new UsageError("--not-before goes with user, client and all: the others end as a whole");
  const time = Date.parse(text);
  if (Number.isNaN(time) || time < 0) throw new UsageError(`--not-before is no time: ${printable(text)}`);
  if (time > clock()) throw new UsageError("--not-before is in the future: no token of then has been issued");
  return Math.floor(time / 1000);
}

function report(
  { value, issuer: of, notBefore }: Revocation,
  { byTime, says }: Subject,
  place: string,
  terminal: Terminal,
): string {
  const issued = byTime ? `, issued at ${rfc3339(notBefore)} or before` : "";
  const by = of === "*" ? "" : `, by ${of}`;
  return `${paint(terminal, "good", "Revoked:")} ${says(printable(value))}${issued}${by}.
Written to the table ${place}. Calls are refused once the gateway's cache and REVOCATION_MAX_AGE_SECONDS are over.
${paint(terminal, "careful", "Block the user in Auth0 too:")} whoever may still sign in, or has a refresh token, gets a new token.
`;
}
