import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Finding } from "../../src/cli/finding.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import { run } from "./command.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const KEY = createSigningKey({ kid: "key-1" });
const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = "/.well-known/jwks.json";

let server: Server;
let issuer: string;
/** What the tenant answers, by path; a test replaces what it breaks. */
let answers: Record<string, Answer>;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.url ?? ""} ${JSON.stringify(request.headers)}`);
    const answer = answers[request.url ?? ""];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  answers = { [DISCOVERY]: json(discovery()), [KEYS]: json({ keys: [KEY.jwk] }) };
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
);

function json(document: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) =>
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(document));
}

function discovery(changes: object = {}): object {
  const algorithms = ["HS256", "RS256"];
  return {
    issuer,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    id_token_signing_alg_values_supported: algorithms,
    ...changes,
  };
}

function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    AUTH0_DOMAIN: issuer,
    AUTH0_CLIENT_IDS: "WebApp",
    AUTH0_AUDIENCES: "https://api.acme.com/",
    AUTH0_EMAIL_CLAIM: "https://acme.com/email",
    ...changes,
  };
}

function accessToken(changes: object = {}, key: SigningKey = KEY): string {
  const iat = Math.floor(Date.now() / 1000);
  const times = { iat, exp: iat + 3600 };
  const email = { "https://acme.com/email": "alice@acme.com", "https://acme.com/email_verified": true };
  const claims = {
    iss: issuer,
    sub: "auth0|alice",
    aud: "https://api.acme.com/",
    azp: "WebApp",
    ...times,
    ...email,
  };
  return signJwt({ alg: "RS256", typ: "JWT", kid: "key-1" }, { ...claims, ...changes }, key);
}

interface Examined {
  readonly exitCode: number;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

async function examined(token?: string, env = environment()): Promise<Examined> {
  const args = token === undefined ? [] : ["-"];
  const { exitCode, output } = await run(["doctor", "--json", ...args], { env, input: token });
  const { findings } = JSON.parse(output) as { findings: Finding[] };
  const having = (status: Finding["status"]): Finding[] =>
    findings.filter((finding) => finding.status === status);
  return { exitCode, problems: having("problem"), warnings: having("warning") };
}

/** Exactly one problem, with this in it. */
async function expectProblem(check: string, what: string, advice: string, token?: string): Promise<void> {
  const { exitCode, problems } = await examined(token);
  expect(problems).toEqual([
    {
      check,
      status: "problem",
      what: expect.stringContaining(what),
      advice: expect.stringContaining(advice),
    },
  ]);
  expect(exitCode).toBe(1);
}

describe("doctor finds", () => {
  test("nothing wrong with a good tenant and a good token", async () => {
    expect(await examined(accessToken())).toEqual({ exitCode: 0, problems: [], warnings: [] });
  });

  test("an issuer without the slash at its end", async () => {
    answers[DISCOVERY] = json(discovery({ issuer: issuer.slice(0, -1) }));
    await expectProblem("issuer", `the tenant calls itself ${issuer.slice(0, -1)},`, "end with a slash");
  });

  test("an issuer of another name, such as a custom domain's", async () => {
    answers[DISCOVERY] = json(discovery({ issuer: "https://acme.eu.auth0.com/" }));
    await expectProblem("issuer", "https://acme.eu.auth0.com/", "stands in the `iss` of the tokens");
  });

  test("a tenant that signs with HS256 only", async () => {
    answers[DISCOVERY] = json(discovery({ id_token_signing_alg_values_supported: ["HS256"] }));
    await expectProblem(
      "algorithm",
      '["HS256"], not with RS256',
      "switch the JSON Web Token signature algorithm",
    );
  });

  test("an empty key set", async () => {
    answers[KEYS] = json({ keys: [] });
    await expectProblem("keys", "no usable RS256 key", "at least 2048 bits");
  });

  test("a key that is too weak", async () => {
    const weak = createSigningKey({ bits: 1024, kid: "weak" });
    answers[KEYS] = json({ keys: [weak.jwk] });
    await expectProblem("keys", "no usable RS256 key", "at least 2048 bits");
    answers[KEYS] = json({ keys: [weak.jwk, KEY.jwk] });
    const { exitCode, warnings } = await examined();
    expect(exitCode).toBe(0);
    expect(warnings).toMatchObject([
      { check: "key", what: expect.stringContaining("weak is ignored: RSA of 1024 bits") },
    ]);
  });

  test("a key ID that stands for two keys", async () => {
    const twin = createSigningKey({ kid: "twin" });
    answers[KEYS] = json({ keys: [KEY.jwk, twin.jwk, createSigningKey({ kid: "twin" }).jwk] });
    expect((await examined()).warnings).toMatchObject([
      { what: expect.stringContaining("twin stands for several") },
    ]);
  });

  test("a discovery document that is missing", async () => {
    answers = { [KEYS]: json({ keys: [KEY.jwk] }) };
    await expectProblem("discovery", "answers HTTP 404", "Is AUTH0_DOMAIN the domain of an Auth0 tenant");
  });

  test("a discovery document that is a page for people", async () => {
    answers[DISCOVERY] = (_request, response) => response.end("<!doctype html>");
    await expectProblem("discovery", "is not a discovery document", "Is AUTH0_DOMAIN");
  });

  test("a redirect", async () => {
    answers[DISCOVERY] = (_request, response) =>
      response.writeHead(301, { location: "https://login.acme.com/" }).end();
    await expectProblem("discovery", "redirects to https://login.acme.com/", "follows no redirect");
  });

  test("keys that are published elsewhere", async () => {
    answers[DISCOVERY] = json(discovery({ jwks_uri: "https://keys.acme.com/" }));
    await expectProblem("jwks-uri", "https://keys.acme.com/", "See that both are the same");
  });

  test.each([
    ["ahead of", 120],
    ["behind", -120],
  ])("a clock that is %s this machine's", async (direction, seconds) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    answers[DISCOVERY] = json(discovery(), { date });
    await expectProblem("clock", `s ${direction} this machine's`, "AUTHORIZER_CLOCK_TOLERANCE_SECONDS (5)");
  });

  test("a key set that is down", async () => {
    answers[KEYS] = (_request, response) => response.writeHead(503).end();
    await expectProblem("keys", "HTTP 503", "Without keys nobody gets in");
  });

  test("a token of another audience, and says which", async () => {
    const token = accessToken({ aud: "https://billing.acme.com/" });
    await expectProblem("token", "unknown_audience", "It says https://billing.acme.com/.", token);
  });

  test("a token without the e-mail claim, and says which there are", async () => {
    const token = accessToken({
      "https://acme.com/email": undefined,
      "https://acme.com/user/email": "alice@acme.com",
    });
    await expectProblem("token", "email_missing", "the token has https://acme.com/user/email.", token);
  });

  test("a token whose e-mail nobody verified", async () => {
    const token = accessToken({ "https://acme.com/email_verified": false });
    await expectProblem("token", "email_not_verified", "AUTHORIZER_EMAIL=verified", token);
  });

  test("what else is wrong with a token that has expired", async () => {
    const old = { iat: 1_700_000_000, exp: 1_700_000_060 };
    const { problems, warnings } = await examined(accessToken({ ...old, aud: "https://billing.acme.com/" }));
    expect(problems).toMatchObject([{ what: "refused: unknown_audience" }]);
    expect(warnings).toEqual([]);
    expect(await examined(accessToken(old))).toMatchObject({
      exitCode: 0,
      warnings: [{ what: "the token has expired" }],
    });
  });

  test("every mistake of the settings, and the tenant's as well", async () => {
    answers[KEYS] = json({ keys: [] });
    const { exitCode, problems } = await examined(undefined, {
      AUTH0_DOMAIN: issuer,
      AUTH0_CLIENT_ID: "WebApp",
    });
    expect(exitCode).toBe(1);
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringContaining("AUTH0_CLIENT_IDS is required"),
      expect.stringContaining("AUTH0_CLIENT_ID is not a setting: was AUTH0_CLIENT_IDS meant?"),
      expect.stringContaining("no usable RS256 key"),
    ]);
  });

  test("a variable that is misspelled", async () => {
    const { exitCode, warnings } = await examined(undefined, environment({ JWKS_TIMOUT_MS: "900" }));
    expect(exitCode).toBe(0);
    expect(warnings).toEqual([
      {
        check: "settings",
        status: "warning",
        what: "JWKS_TIMOUT_MS is not a setting",
        advice: "Was JWKS_TIMEOUT_MS meant?",
      },
    ]);
  });
});

/** Everything that is wrong with what the tenant says of itself, in short. */
async function problemsOf(document: unknown): Promise<string[]> {
  answers[DISCOVERY] = json(document);
  const { exitCode, problems } = await examined();
  expect(exitCode).toBe(problems.length === 0 ? 0 : 1);
  return problems.map(({ check, what }) => `${check}: ${what}`);
}

describe("doctor survives a discovery document", () => {
  const saysNothing = () => [
    `issuer: the tenant does not name itself, the settings say ${issuer}`,
    "jwks-uri: the tenant does not say where its keys are",
    "algorithm: the tenant does not list the algorithms that it signs with",
  ];

  test.each([{}, { ["__proto__"]: null }])("with nothing in it: %j", async (document) => {
    expect(await problemsOf(document)).toEqual(saysNothing());
  });

  test.each([[[]], [null], [7], ["issuer"], [true]])("that is no object: %j", async (document) => {
    expect(await problemsOf(document)).toEqual([expect.stringContaining("is not a discovery document")]);
  });

  test.each([[null], [7], [true], [[]], [{}], [{ toString: 1 }]])(
    "with %j for each member",
    async (value) => {
      const [first, second, third, ...more] = await problemsOf({
        issuer: value,
        jwks_uri: value,
        id_token_signing_alg_values_supported: value,
      });
      const said = JSON.stringify(value);
      expect(first).toContain(`issuer: the tenant calls itself ${said}`);
      expect(second).toContain(`jwks-uri: the tenant publishes its keys at ${said}`);
      expect(third).toMatch(/^algorithm: /);
      expect(more).toEqual([]);
    },
  );

  test("with the algorithm in the place of a list of algorithms", async () => {
    expect(await problemsOf(discovery({ id_token_signing_alg_values_supported: "RS256" }))).toEqual([
      saysNothing()[2],
    ]);
  });

  test("that is nested more deeply than it can be written down", async () => {
    const deep = `{"issuer":${"[".repeat(70_000)}${"]".repeat(70_000)}}`;
    answers[DISCOVERY] = (_request, response) => response.end(deep);
    const { problems } = await examined();
    expect(problems[0]).toMatchObject({ what: expect.stringContaining("calls itself (nested too deeply)") });
  });

  test("without an end, of which it reads 150 kB", async () => {
    let sent = 0;
    answers[DISCOVERY] = (_request, response) => {
      const send = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(" ".repeat(65_536), () => setImmediate(send));
      };
      send();
    };
    await expectProblem("discovery", "more than 150000 bytes", "Check AUTH0_DOMAIN");
    expect(sent).toBeLessThan(50_000_000);
  });

  test("of 150 kB, which is the most", async () => {
    const text = JSON.stringify(discovery());
    answers[DISCOVERY] = (_request, response) => response.end(text.padEnd(150_000));
    expect((await examined()).problems).toEqual([]);
  });

  test("that is cut off", async () => {
    answers[DISCOVERY] = (_request, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 20);
    };
    const { problems } = await examined();
    expect(problems).toMatchObject([
      { check: "discovery", what: expect.stringContaining("other side closed") },
    ]);
  });
});

describe("doctor survives a key set", () => {
  test.each([null, 7, "key", [], {}, { kid: null }, { kid: {}, n: 7 }])("with %j in it", async (junk) => {
    answers[KEYS] = json({ keys: [junk, KEY.jwk, junk] });
    const { problems, warnings } = await examined();
    expect(problems).toEqual([]);
    expect(warnings.map(({ what }) => what)).toEqual(
      Array(2).fill(expect.stringMatching(/^the key .* is ignored: no kty, alg none, use none$/)),
    );
  });

  test("with two keys that have no ID, which stand for no ID", async () => {
    const nameless = { ...KEY.jwk, kid: undefined };
    answers[KEYS] = json({ keys: [nameless, KEY.jwk, nameless] });
    const { problems, warnings } = await examined();
    expect(problems).toEqual([]);
    expect(warnings.map(({ what }) => what)).toEqual(
      Array(2).fill("the key without kid is ignored: RSA of 2048 bits, alg RS256, use sig"),
    );
  });

  test.each([[null], [[]], ["keys"], [{}], [{ keys: null }], [{ keys: { 0: KEY.jwk } }]])(
    "that is none: %j",
    async (document) => {
      answers[KEYS] = json(document);
      await expectProblem("keys", "not a JWK Set", "at least 2048 bits");
    },
  );

  test("with thousands of things in it, of which it names ten", async () => {
    answers[KEYS] = json({ keys: Array(20_000).fill(null) });
    const { warnings } = await examined();
    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)?.what).toBe("19990 more are ignored");
  });

  test("with a key ID that is nested more deeply than it can be written down", async () => {
    const deep = `{"keys":[{"kid":${"[".repeat(70_000)}${"]".repeat(70_000)}}]}`;
    answers[KEYS] = (_request, response) => response.end(deep);
    const { warnings } = await examined();
    expect(warnings).toMatchObject([{ what: expect.stringContaining("the key (nested too deeply)") }]);
  });
});

// eslint-disable-next-line no-control-regex -- what a terminal obeys
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/;

describe("doctor prints nothing that a terminal would obey", () => {
  const HOSTILE = "\u009b31m\u0085";

  /** As text and as JSON: a terminal may show either. */
  async function expectHarmless(said: string, token?: string): Promise<void> {
    for (const options of [[], ["--json"]]) {
      const args = ["doctor", ...options, ...(token === undefined ? [] : ["-"])];
      const { output, errors } = await run(args, { env: environment(), input: token });
      expect(output).toContain(said);
      expect(output + errors).not.toMatch(OBEYED);
    }
  }

  test("of the target of a redirect", async () => {
    answers[DISCOVERY] = (_request, response) => response.writeHead(302, { location: HOSTILE }).end();
    await expectHarmless("redirects to ");
  });

  test("of a header of the key set's answer", async () => {
    answers[KEYS] = (_request, response) => response.writeHead(200, { "content-encoding": HOSTILE }).end();
    await expectHarmless("content encoding ");
  });

  test("of the documents", async () => {
    const said = `\u001b[2J${HOSTILE}\u202e`;
    answers[DISCOVERY] = json({
      issuer: said,
      jwks_uri: said,
      id_token_signing_alg_values_supported: [said],
    });
    const bad = { ...KEY.jwk, kid: said, kty: said, alg: said, use: said };
    answers[KEYS] = json({ keys: [{ ...KEY.jwk, kid: `${said}1` }, bad, bad] });
    await expectHarmless("stands for several keys");
  });

  test("of a token", async () => {
    await expectHarmless("unknown_audience", accessToken({ aud: [`\u001b[2J${HOSTILE}`] }));
  });
});

describe("doctor survives anything", () => {
  const NAMES = ["issuer", "jwks_uri", "keys", "kid", "kty", "n", "e", "use", "alg", "key_ops", "toString"];
  const anything = fc.jsonValue({ maxDepth: 3 });
  const named = fc.dictionary(fc.constantFrom(...NAMES), anything);
  const document = fc.oneof(anything, named, fc.record({ keys: fc.array(fc.oneof(anything, named)) }));

  test("that a tenant may answer", async () => {
    await fc.assert(
      fc.asyncProperty(document, document, fc.boolean(), async (about, keys, asText) => {
        answers = { [DISCOVERY]: json(about), [KEYS]: json(keys) };
        const options = asText ? [] : ["--json"];
        const { exitCode, output } = await run(["doctor", ...options], { env: environment() });
        expect([0, 1]).toContain(exitCode);
        expect(output).not.toMatch(OBEYED);
      }),
      { numRuns: 150 },
    );
  });

  test("that a token may be", async () => {
    const claims = fc.dictionary(
      fc.oneof(fc.constantFrom("aud", "iss", "iat", "exp", "sub", "https://acme.com/email"), fc.string()),
      anything,
    );
    const tokens = fc.oneof(
      fc.string({ unit: "binary" }),
      claims.map((some) => accessToken(some)),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        const { exitCode, output, errors } = await run(["doctor", "-"], { env: environment(), input: token });
        expect([0, 1, 2]).toContain(exitCode);
        expect(output + errors).not.toMatch(OBEYED);
      }),
      { numRuns: 150 },
    );
  });
});

describe("doctor", () => {
  test("says in words that a server does not speak TLS", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", issuer.replace("http:", "https:")]);
    expect(output.match(/TLS failed: wrong version number$/gm)).toHaveLength(2);
    expect(output).not.toMatch(/error:|routines|\.c:|EPROTO/);
    expect(exitCode).toBe(1);
  });

  test("says in a sentence that a token is empty", async () => {
    const { exitCode, output, errors } = await run(["doctor", "-"], { env: environment(), input: " \n" });
    expect([exitCode, output]).toEqual([2, ""]);
    expect(errors).toContain("the token is empty");
  });

  test("looks at a tenant without any settings", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", issuer]);
    expect(output).toMatch(/✓ discovery .*✓ issuer .*✓ keys +1 usable: key-1 .*Nothing is wrong\./s);
    expect(exitCode).toBe(0);
  });

  test("says that nobody answers", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", "http://127.0.0.1:4"]);
    expect(output).toContain("ECONNREFUSED");
    expect(output).toContain("Check AUTH0_DOMAIN for a typing mistake");
    expect(exitCode).toBe(1);
  });

  test("never sends the token anywhere, and prints neither it nor the e-mail", async () => {
    const token = accessToken();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const { output, errors } = await run(["doctor", token], { env: environment() });
    for (const secret of [header, payload, signature, "alice@acme.com"]) {
      expect(asked.join("\n")).not.toContain(secret);
      expect(output + errors).not.toContain(secret);
    }
    expect(asked).toHaveLength(3);
  });

  test.each([
    ["a domain that is none", ["--domain", "acme.com/path"], "must be a domain such as"],
    ["an unknown option", ["--dommain", "acme.com"], "--dommain"],
    ["a token without settings to judge it by", ["a.b.c", "--domain", "acme.com"], "leave --domain out"],
    ["two tokens", ["a.b.c", "d.e.f"], "one token at a time"],
  ])("turns down %s", async (_, args, message) => {
    const { exitCode, errors } = await run(["doctor", ...args]);
    expect(errors).toContain(message);
    expect(exitCode).toBe(2);
  });
});
