import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { run, type Ran } from "./command.ts";

interface Running {
  readonly issuer: string;
  readonly printed: string;
  readonly settings: Readonly<Record<string, string>>;
  /** A token as the printed command asks for it. */
  readonly token: (query?: string) => Promise<string>;
}

/** Starts the tenant, lets `use` use it, and stops it. */
async function withTenant(args: readonly string[], use: (running: Running) => Promise<void>): Promise<Ran> {
  return run(["tenant", "--port", "0", ...args], {
    whileRunning: async (printed) => {
      const [, issuer = ""] = /^Issuer +(\S+)$/m.exec(printed) ?? [];
      const settings = await (await fetch(`${issuer}_local/settings`)).json();
      const token = async (query = ""): Promise<string> =>
        (await fetch(`${issuer}_local/token?${query}`, { method: "POST" })).text();
      await use({ issuer, printed, settings: settings as Running["settings"], token });
    },
  });
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
}

/** What an authorizer with the printed settings, and these rules of its own, makes of a token. */
async function decide(
  { settings }: Running,
  rules: Readonly<Record<string, string>>,
  token: string,
): Promise<unknown> {
  const environment = { ...settings, ...rules, AUTHORIZER_LOG_LEVEL: "silent" };
  const authorize = createAuthorizer(settingsFromEnvironment(environment));
  const answer = await authorize(bearerEvent("http-2.0", token)).catch(
    (error: unknown) => (error as Error).message,
  );
  return typeof answer === "string" ? answer : (answer as { isAuthorized: boolean }).isAuthorized;
}

const ACME = ["--email-domain", "acme.com", "--client", "spa", "--audience", "https://api.acme.com/"];
const CLAIMS = ["--claim", "https://acme.com/plan=pro", "--claim", 'https://acme.com/roles=["admin"]'];

test("has the domain, the client, the API and the claims that were asked for, in both kinds of token", async () => {
  const { exitCode } = await withTenant([...ACME, ...CLAIMS], async ({ issuer, token }) => {
    const added = { "https://acme.com/plan": "pro", "https://acme.com/roles": ["admin"] };
    expect(claimsOf(await token("type=id"))).toMatchObject({
      iss: issuer,
      aud: "spa",
      email: "verified@acme.com",
      ...added,
    });
    expect(claimsOf(await token())).toMatchObject({
      aud: ["https://api.acme.com/", `${issuer}userinfo`],
      azp: "spa",
      "https://example.com/email": "verified@acme.com",
      "https://example.com/roles": ["member", "editor"],
      ...added,
    });
  });
  expect(exitCode).toBe(0);
});

test("rules of a company can be tried: each is kept by one user and broken by another", async () => {
  await withTenant([...ACME, ...CLAIMS], async (running) => {
    const simple = { AUTHORIZER_HTTP_API_RESPONSE: "simple" };
    const domain = { ...simple, AUTHORIZER_EMAIL_DOMAINS: "acme.com" };
    const plan = (value: string) => ({ ...simple, AUTH0_REQUIRED_CLAIMS: `https://acme.com/plan=${value}` });
    const outsider = await running.token("email=outsider@elsewhere.example");
    const insider = await running.token();
    expect(await decide(running, domain, insider)).toBe(true);
    expect(await decide(running, domain, outsider)).toBe(false);
    expect(await decide(running, simple, outsider)).toBe(true);
    expect(await decide(running, plan("pro|team"), insider)).toBe(true);
    expect(await decide(running, plan("team"), insider)).toBe(false);
  });
});

test("several clients and APIs count, and an application that was not named does not", async () => {
  const args = ["--client=one", "--client=two", "--audience=urn:a", "--audience=urn:b"];
  await withTenant(args, async (running) => {
    expect(running.settings).toMatchObject({ AUTH0_CLIENT_IDS: "one,two", AUTH0_AUDIENCES: "urn:a,urn:b" });
    const simple = { AUTHORIZER_HTTP_API_RESPONSE: "simple" };
    const accepted = [await running.token("type=id&client=two"), await running.token("audience=urn:b")];
    for (const token of accepted) expect(await decide(running, simple, token)).toBe(true);
    const foreign = await running.token("type=id&client=LocalForeignApp00000000000000004");
    expect(claimsOf(foreign)).toMatchObject({ aud: "LocalForeignApp00000000000000004" });
    expect(await decide(running, simple, foreign)).toBe("Unauthorized");
  });
});

test("prints the settings, the users, a token's command and what the plugin takes", async () => {
  await withTenant(ACME, async ({ printed, settings, issuer, token }) => {
    await token();
    for (const [name, value] of Object.entries(settings)) expect(printed).toContain(`  ${name}=${value}\n`);
    expect(printed).toContain(`offlineTenant: ${issuer.slice(0, -1)}\n`);
    expect(printed).toContain("verified@acme.com, password a-long-password-for-vera");
    expect(printed).toContain(`curl -sX POST ${issuer}_local/token)`);
    expect(printed).toContain(`clientId: "spa", from http://localhost:3000`);
  });
});

test.each([
  ["type=refresh", "type is one of access, id"],
  ["email=eve@acme.com", "email is one of verified@acme.com, unverified@acme.com"],
  ["client=LocalMachineClient00000000000003&type=id", "a machine has no ID token"],
])("POST /_local/token?%s says what there is", async (query, message) => {
  await withTenant(ACME, async ({ token }) => expect(await token(query)).toContain(message));
});

test("a page elsewhere gets no token, and the app's page does", async () => {
  await withTenant([], async ({ issuer }) => {
    const ask = (origin: string) =>
      fetch(`${issuer}_local/token`, { method: "POST", headers: { origin } }).then(({ status }) => status);
    expect(await ask("https://evil.example")).toBe(403);
    expect(await ask("http://localhost:3000")).toBe(200);
  });
});

test.each([
  [["--port", "http"], "--port is a number up to 65535, not http"],
  [["--port", "65536"], "--port is a number up to 65535, not 65536"],
  [["--origin", "localhost:3000"], "--origin is where pages are served from"],
  [["--origin", "http://localhost:3000/app"], "--origin is where pages are served from"],
  [["--client", "a,b"], "--client takes one identifier"],
  [["--audience", ""], "--audience takes one identifier"],
  [["--client", "a", "--audience", "a"], "a cannot be a client and an audience"],
  [["--email-domain", "@acme.com"], "--email-domain is what follows the @"],
  [["--email-domain", "acme"], "--email-domain is what follows the @"],
  [["--claim", "plan"], "--claim is NAME=VALUE"],
  [["--claim", "sub=auth0|eve"], "--claim names sub, which no Action can set"],
  [["--claim", "roles=admin"], "--claim names roles, which no Action can set"],
  [
    ["--claim", "https://acme.auth0.com/roles=admin"],
    "--claim names https://acme.auth0.com/roles, which no Action can set",
  ],
  [["--email-claim", "email"], "--email-claim names email, which no Action can set"],
  [["--profile", "oidc"], "--profile is auth0 or rfc9068"],
  [["--domain", "acme.com"], "--domain"],
  [["acme.com"], "acme.com"],
])("%j is wrong use", async (args, message) => {
  const { exitCode, errors } = await run(["tenant", ...args]);
  expect(exitCode).toBe(2);
  expect(errors).toContain(message);
});

test("a port that is taken is named, and another one is suggested", async () => {
  await withTenant([], async ({ issuer }) => {
    const { port } = new URL(issuer);
    const { exitCode, errors } = await run(["tenant", "--port", port]);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(`port ${port} is taken: choose another`)]);
  });
});

test("the command of docs/cli.md does what the page says, with the token's command too", async () => {
  const page = readFileSync("docs/cli.md", "utf8");
  const [, commandOfTheGuide = ""] = /^npx auth0-authorizer tenant --port 4001 (.*)$/m.exec(page) ?? [];
  const [, query = ""] = /^curl -sX POST "http:\/\/localhost:4001\/_local\/token\?(.*)"$/m.exec(page) ?? [];
  const { exitCode } = await withTenant(commandOfTheGuide.split(" "), async ({ settings, token }) => {
    expect(settings).toMatchObject({ AUTH0_CLIENT_IDS: "spa", AUTH0_AUDIENCES: "https://api.acme.com/" });
    expect(claimsOf(await token(query))).toMatchObject({
      email: "unverified@acme.com",
      email_verified: false,
      aud: "spa",
      "https://acme.com/plan": "pro",
    });
  });
  expect(exitCode).toBe(0);
});

test("values that are JSON keep their type", async () => {
  const claims = ["level=3", "beta=true", 'version="3"', "note=a=b"].flatMap((claim) => ["--claim", claim]);
  await withTenant(claims, async ({ token }) => {
    expect(claimsOf(await token())).toMatchObject({ level: 3, beta: true, version: "3", note: "a=b" });
  });
});
