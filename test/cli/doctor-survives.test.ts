import { createSigningKey } from "../../src/testing/signing-key.ts";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { run } from "./command.ts";
import { DISCOVERY, json, KEY, KEYS, ScriptedTenant } from "./scripted-tenant.ts";

let tenant: ScriptedTenant;
beforeEach(async () => {
  tenant = await ScriptedTenant.start();
});
afterEach(() => tenant.close());

/** Everything that is wrong with what the tenant says of itself, in short. */
async function problemsOf(document: unknown): Promise<string[]> {
  tenant.answers[DISCOVERY] = json(document);
  const { exitCode, problems } = await tenant.examined();
  expect(exitCode).toBe(problems.length === 0 ? 0 : 1);
  return problems.map(({ check, what }) => `${check}: ${what}`);
}

describe("doctor survives a discovery document", () => {
  const saysNothing = () => [
    `issuer: the tenant does not name itself, the settings say ${tenant.issuer}`,
    "jwks-uri: the tenant does not say where its keys are",
    "algorithm: the tenant does not list the algorithms that it signs with",
  ];

  test.each([{}, { ["__proto__"]: null }])("with nothing in it: %j", async (document) => {
    expect(await problemsOf(document)).toEqual(saysNothing());
  });

  test.each([[[]], [null], [7], ["issuer"], [true]])("that is not an object: %j", async (document) => {
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
    expect(await problemsOf(tenant.discovery({ id_token_signing_alg_values_supported: "RS256" }))).toEqual([
      saysNothing()[2],
    ]);
  });

  test("that is nested more deeply than some versions of Node.js can write down", async () => {
    const deep = `{"issuer":${"[".repeat(70_000)}${"]".repeat(70_000)}}`;
    tenant.answers[DISCOVERY] = (_request, response) => response.end(deep);
    const { problems } = await tenant.examined();
    expect(problems[0]?.what).toMatch(/calls itself (\(nested too deeply\)|\[{99,200}…)/);
  });

  test("without an end, of which it reads 150 kB", async () => {
    let sent = 0;
    tenant.answers[DISCOVERY] = (_request, response) => {
      const send = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(" ".repeat(65_536), () => setImmediate(send));
      };
      send();
    };
    const { problems } = await tenant.examined();
    expect(problems).toMatchObject([{ what: expect.stringContaining("more than 150000 bytes") }]);
    expect(sent).toBeLessThan(50_000_000);
  });

  test("of 150 kB, which is the most", async () => {
    const text = JSON.stringify(tenant.discovery());
    tenant.answers[DISCOVERY] = (_request, response) => response.end(text.padEnd(150_000));
    expect((await tenant.examined()).problems).toEqual([]);
  });

  test("that is cut off", async () => {
    tenant.answers[DISCOVERY] = (_request, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{", () => response.destroy());
    };
    const { problems } = await tenant.examined();
    expect(problems).toMatchObject([{ check: "discovery", what: expect.stringContaining("aborted") }]);
  });
});

describe("doctor survives a key set", () => {
  test.each([null, 7, "key", [], {}, { kid: null }, { kid: {}, n: 7 }])("with %j in it", async (junk) => {
    tenant.answers[KEYS] = json({ keys: [junk, KEY.jwk, junk] });
    const { problems, warnings } = await tenant.examined();
    expect(problems).toEqual([]);
    expect(warnings.map(({ what }) => what)).toEqual(
      Array(2).fill(
        expect.stringMatching(/^the key .* is ignored: no kty, alg none, use none; kty is missing/),
      ),
    );
  });

  test("with two keys that have no ID, which stand for no ID", async () => {
    const nameless = { ...KEY.jwk, kid: undefined };
    tenant.answers[KEYS] = json({ keys: [nameless, KEY.jwk, nameless] });
    const { problems, warnings } = await tenant.examined();
    expect(problems).toEqual([]);
    expect(warnings.map(({ what }) => what)).toEqual(
      Array(2).fill("the key without kid is ignored: RSA of 2048 bits, alg RS256, use sig; kid is missing"),
    );
  });

  test.each([[null], [[]], ["keys"], [{}], [{ keys: null }], [{ keys: { 0: KEY.jwk } }]])(
    "that is not one: %j",
    async (document) => {
      tenant.answers[KEYS] = json(document);
      const { problems } = await tenant.examined();
      expect(problems).toMatchObject([{ check: "keys", what: expect.stringContaining("not a JWK Set") }]);
    },
  );

  test("with thousands of things in it, of which it names ten", async () => {
    tenant.answers[KEYS] = json({ keys: Array(3_000).fill(null) });
    const { warnings } = await tenant.examined();
    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)?.what).toBe("2990 more are ignored");
  });

  test("with a key ID that is nested more deeply than some versions of Node.js can write down", async () => {
    const deep = `{"keys":[{"kid":${"[".repeat(70_000)}${"]".repeat(70_000)}}]}`;
    tenant.answers[KEYS] = (_request, response) => response.end(deep);
    const { warnings } = await tenant.examined();
    expect(warnings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^the key (\(nested too deeply\)|\[{99,200}…)/),
    ]);
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
      const { output, errors } = await run(args, { env: tenant.environment(), input: token });
      expect(output).toContain(said);
      expect(output + errors).not.toMatch(OBEYED);
    }
  }

  test("of the target of a redirect", async () => {
    tenant.answers[DISCOVERY] = (_request, response) => response.writeHead(302, { location: HOSTILE }).end();
    await expectHarmless("redirects to ");
  });

  test("of a header of the key set's answer", async () => {
    tenant.answers[KEYS] = (_request, response) =>
      response.writeHead(200, { "content-encoding": HOSTILE }).end();
    await expectHarmless("content encoding ");
  });

  test("of the documents", async () => {
    const said = `\u001b[2J${HOSTILE}\u202e`;
    tenant.answers[DISCOVERY] = json({
      issuer: said,
      jwks_uri: said,
      id_token_signing_alg_values_supported: [said],
    });
    const bad = { ...KEY.jwk, kid: said, kty: said, alg: said, use: said };
    const twins = [KEY, createSigningKey()].map(({ jwk }) => ({ ...jwk, kid: said }));
    tenant.answers[KEYS] = json({ keys: [{ ...KEY.jwk, kid: `${said}1` }, bad, ...twins] });
    await expectHarmless("stands for several keys");
  });

  test("of a token", async () => {
    await expectHarmless("unknown_audience", tenant.accessToken({ aud: [`\u001b[2J${HOSTILE}`] }));
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
        tenant.answers = { [DISCOVERY]: json(about), [KEYS]: json(keys) };
        const options = asText ? [] : ["--json"];
        const { exitCode, output } = await run(["doctor", ...options], { env: tenant.environment() });
        expect([0, 1]).toContain(exitCode);
        expect(output).not.toMatch(OBEYED);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  test("that a token may be", async () => {
    const claims = fc.dictionary(
      fc.oneof(fc.constantFrom("aud", "iss", "iat", "exp", "sub", "https://acme.com/email"), fc.string()),
      anything,
    );
    const tokens = fc.oneof(
      fc.string({ unit: "binary" }),
      claims.map((some) => tenant.accessToken(some)),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        const { exitCode, output, errors } = await run(["doctor", "-"], {
          env: tenant.environment(),
          input: token,
        });
        expect([0, 1, 2]).toContain(exitCode);
        expect(output + errors).not.toMatch(OBEYED);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});
