import { parseArgs } from "node:util";
import type { Tenant, TenantOptions } from "../../local/tenant/tenant.ts";
import { getVariable } from "../settings/settings.ts";
import { isReservedClaim } from "../settings/parsers.ts";
import { printable } from "../logging/describe-error.ts";
import { EXIT, UsageError, type ExitCode, type Terminal } from "./terminal.ts";

const DEFAULT_PORT = 4000;
/** Where development servers of pages listen: Create React App and Next.js, Vite. */
const DEFAULT_ORIGINS = ["http://localhost:3000", "http://localhost:5173"];
const LARGEST_PORT = 65_535;
const PORT_ISSUES: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken",
  EACCES: "needs rights that you do not have",
};

const USAGE = `Usage: auth0-authorizer tenant [options]

Starts a tenant that behaves like Auth0 on this machine: login page, keys, tokens and four users. No account is needed,
and it listens on loopback only. Ctrl-C stops it.

  --port PORT            where it listens: ${DEFAULT_PORT} unless given; 0 takes any free port
  --client ID            client ID of a single-page app; repeat it for several
  --origin URL           where that app's pages are served from; repeat it for several. Without it,
                         ${DEFAULT_ORIGINS.join(" and ")}
  --audience ID          identifier of an API; repeat it for several: https://api.example.com/ unless given
  --email-domain DOMAIN  domain of the users' addresses: example.com unless given. One user always has another
  --email-claim NAME     claim with the email in access tokens: https://example.com/email unless given
  --claim NAME=VALUE     a claim of every user in ID tokens and access tokens, as an Action would set it; repeat it
                         for several. VALUE is JSON where it can be read as such, otherwise a string:
                         --claim https://acme.com/plan=pro --claim 'https://acme.com/roles=["admin"]'
  --profile PROFILE      of access tokens: auth0 unless given, or rfc9068
`;

const many = { type: "string", multiple: true } as const;
const one = { type: "string" } as const;
const OPTIONS = {
  port: one,
  client: many,
  origin: many,
  audience: many,
  "email-domain": one,
  "email-claim": one,
  claim: many,
  profile: one,
  help: { type: "boolean" },
} as const;

/** Claims of the users' profiles, which the tenant writes itself. */
const PROFILE_CLAIMS = ["email", "email_verified", "name", "nickname"];

/**
 * The command `tenant`: runs until it is stopped.
 *
 * @throws UsageError for a wrong option and for a port that is taken
 */
export async function tenant(
  args: readonly string[],
  { write, untilStopped }: Pick<Terminal, "write" | "untilStopped">,
): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help === true) {
    write(USAGE);
    return EXIT.well;
  }
  const options = readOptions(values);
  // Loaded here only, because it is larger than all other commands together.
  const { startLocalTenant } = await import("../../local/tenant/tenant.ts");
  const running = await startLocalTenant(options).catch((error: unknown) => {
    const why = PORT_ISSUES[(error as NodeJS.ErrnoException).code ?? ""];
    throw why === undefined
      ? error
      : new UsageError(`port ${options.port} ${why}: choose another with --port`, { cause: error });
  });
  try {
    write(summarize(running, options));
    await untilStopped();
  } finally {
    await running.close();
  }
  return EXIT.well;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

/** What the command line asks for, with what it does not say filled in. */
interface StartOptions extends TenantOptions {
  readonly port: number;
  readonly spaOrigins: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

function readOptions(values: Values): StartOptions {
  const { client, audience, profile } = values;
  const { "email-domain": emailDomain, "email-claim": emailClaim } = values;
  if (profile !== undefined && profile !== "auth0" && profile !== "rfc9068")
    throw new UsageError(`--profile is auth0 or rfc9068, not ${printable(profile)}`);
  checkKinds(client, audience);
  return {
    port: readPort(values.port),
    spaOrigins: (values.origin ?? DEFAULT_ORIGINS).map(readOrigin),
    claims: Object.fromEntries((values.claim ?? []).map(readClaim)),
    ...(client && { clientIds: client.map((id) => readIdentifier("--client", id)) }),
    ...(audience && { apiIdentifier: audience.map((id) => readIdentifier("--audience", id)) }),
    ...(emailDomain !== undefined && { emailDomain: readDomain(emailDomain) }),
    ...(emailClaim !== undefined && { emailClaim: readClaimName("--email-claim", emailClaim) }),
    ...(profile !== undefined && { accessTokenProfile: profile }),
  };
}

/** The authorizer tells ID tokens and access tokens apart by their audience. */
function checkKinds(clients: readonly string[] = [], audiences: readonly string[] = []): void {
  const both = clients.find((id) => audiences.includes(id));
  if (both !== undefined) throw new UsageError(`${printable(both)} cannot be a client and an audience`);
}

function readPort(text = String(DEFAULT_PORT)): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= LARGEST_PORT) return Number(text);
  throw new UsageError(`--port is a number up to ${LARGEST_PORT}, not ${printable(text)}`);
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && text.replace(/\/$/, "") === url.origin)
    return url.origin;
  throw new UsageError(
    `--origin is where pages are served from, such as http://localhost:3000, not ${printable(text)}`,
  );
}

/** Settings separate identifiers by commas. */
function readIdentifier(option: string, text: string): string {
  if (/^[\x21-\x2b\x2d-\x7e]+$/.test(text)) return text;
  throw new UsageError(
    `${option} takes one identifier, without spaces and commas, and can be repeated: ${printable(text)}`,
  );
}

function readDomain(text: string): string {
  if (/^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/i.test(text)) return text.toLowerCase();
  throw new UsageError(
    `--email-domain is what follows the @ of an address, such as acme.com, not ${printable(text)}`,
  );
}

function readClaim(text: string): readonly [string, unknown] {
  // A URL may have `=` in its query, but claim names are written without one.
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--claim is NAME=VALUE, such as https://acme.com/plan=pro, not ${printable(text)}`);
  return [readClaimName("--claim", name), parseValue(value)];
}

function readClaimName(option: string, name: string): string {
  if (!isReservedClaim(name) && !PROFILE_CLAIMS.includes(name) && /^[^\s,=|]+$/.test(name)) return name;
  throw new UsageError(
    `${option} names ${printable(name)}, which no Action can set: use a name such as https://acme.com/plan`,
  );
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What there is to use, and how. */
function summarize({ issuer, users, settings }: Tenant, { spaOrigins, claims, port }: StartOptions): string {
  const { verified, unverified, outsider } = users;
  const [clientId = ""] = (settings[getVariable("clientIds")] ?? "").split(",");
  const added = Object.entries(claims).map(
    ([name, value]) => `              ${name} = ${JSON.stringify(value)}\n`,
  );
  const url = issuer.slice(0, -1);
  return `
Issuer        ${issuer}
Users         ${verified.email}, password ${verified.password}
              ${unverified.email}, password ${unverified.password} (email not verified)
              ${outsider.email}, password ${outsider.password} (another domain)
Claims        https://example.com/roles = ${JSON.stringify(verified.roles)}, by user
${added.join("")}
Sign in       ${issuer}authorize, as Auth0's SDKs call it:
              domain: "${url}", clientId: "${clientId}", from ${spaOrigins.join(" or ")}
Tokens        curl -sX POST "${issuer}_local/token?type=id&email=${unverified.email}"
              type is access or id, email any of the users; client and audience can be added

Call your API, here on port 3000:

  curl -H "Authorization: Bearer $(curl -sX POST ${issuer}_local/token)" http://localhost:3000/

Settings of the authorizer; under serverless-offline, the plugin takes them by offlineTenant: ${port === DEFAULT_PORT ? "local" : url}

${Object.entries(settings)
  .map(([name, value]) => `  ${name}=${value}\n`)
  .join("")}
Ctrl-C stops the tenant.
`;
}
