import { beforeAll, describe, expect, test } from "@jest/globals";
import type { HttpResponse } from "../../../src/revocation/writers/http-request.ts";
import type { KeySet } from "../../../src/token/keys/remote-key-set.ts";
import { createLogoutTokenVerifier } from "../../../src/token/logout-token.ts";
import { AuthorizerError } from "../../../src/errors.ts";
import { createBackChannelLogout } from "../../../src/revocation/writers/back-channel-logout.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../../src/testing/signing-key.ts";
import { StaticKeySet } from "../../token/keys/static-key-set.ts";
import { changed, HEADER, ID_TOKEN, LOGOUT_TOKEN, RULES, type Changes } from "../../tokens.ts";
import { NOW } from "./messages.ts";
import { surroundings, type Surroundings } from "./writer.ts";

let key: SigningKey;
beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
});

const signed = (changes: Changes = {}): string => signJwt(HEADER, changed(LOGOUT_TOKEN, changes), key);

interface Request {
  readonly method?: string;
  readonly contentType?: string;
  readonly body?: string;
}

const FORM = "application/x-www-form-urlencoded";

/** A request to a function URL. */
const event = ({ method = "POST", contentType = FORM, body = "" }: Request) => ({
  version: "2.0",
  headers: { "content-type": contentType },
  requestContext: { http: { method } },
  body: Buffer.from(body).toString("base64"),
  isBase64Encoded: true,
});

function post(
  request: Request,
  around: Surroundings = surroundings(),
  keySet: KeySet = new StaticKeySet(key),
): Promise<HttpResponse> {
  const { clock } = around;
  const verify = createLogoutTokenVerifier({ rules: RULES, getKeySet: () => keySet, clock });
  return createBackChannelLogout({ ...around, verify })(event(request));
}

describe("the back-channel logout endpoint", () => {
  test("revokes the session of a logout token, and answers 200", async () => {
    const around = surroundings();
    const response = await post({ body: `logout_token=${signed()}` }, around);
    expect(response).toEqual({ statusCode: 200, headers: { "Cache-Control": "no-store" }, body: "" });
    expect(around.stored()).toEqual({ "sid#session-1": NOW / 1000 - 1 });
    expect(around.lines()).toEqual([
      expect.objectContaining({
        event: "revocation_written",
        type: "logout_token",
        kind: "sid",
        MessageDelay: 1000,
      }),
    ]);
  });

  test("changes nothing where a token comes again, later too, so that no `jti` has to be kept", async () => {
    let now = NOW;
    const around = surroundings({ clock: () => now });
    const body = `logout_token=${signed()}`;
    const first = await post({ body }, around);
    const stored = around.stored();
    now += 60_000;
    expect(await post({ body }, around)).toEqual(first);
    expect(around.stored()).toEqual(stored);
    expect(Object.keys(stored)).toHaveLength(1);
    expect(around.lines().map(({ event }) => event)).toEqual(["revocation_written", "revocation_unchanged"]);
    expect(around.lines()[1]).not.toHaveProperty("RevocationsWritten");
  });

  test("takes a token that is issued in the clocks' tolerance, as of now", async () => {
    const around = surroundings();
    const body = `logout_token=${signed({ iat: NOW / 1000 + 5 })}`;
    expect(await post({ body }, around)).toMatchObject({ statusCode: 200 });
    expect(around.stored()).toEqual({ "sid#session-1": NOW / 1000 });
  });

  test("answers 400 to a session that can never be stored, and does not ask for it again", async () => {
    const around = surroundings();
    const response = await post({ body: `logout_token=${signed({ sid: "s".repeat(1025) })}` }, around);
    expect(response).toMatchObject({ statusCode: 400 });
    expect(around.stored()).toEqual({});
    expect(around.lines()).toEqual([
      expect.objectContaining({
        event: "revocation_not_written",
        retry: "never",
        RevocationWriteFailures: 1,
      }),
    ]);
    const longest = await post({ body: `logout_token=${signed({ sid: "s".repeat(1024) })}` }, around);
    expect(longest).toMatchObject({ statusCode: 200 });
  });

  test.each([
    ["without a body", {}, "missing_token"],
    ["that is JSON", { contentType: "application/json", body: '{"logout_token":"a"}' }, "missing_token"],
    ["with an opaque token", { body: "logout_token=abc" }, "opaque_or_encrypted_token"],
    ["that is too long", { body: `logout_token=a.b.c&x=${"x".repeat(20_000)}` }, "missing_token"],
  ])("answers 400 to a request %s, and writes nothing", async (_, request, reason) => {
    const around = surroundings();
    expect(await post(request, around)).toMatchObject({
      statusCode: 400,
      headers: { "Cache-Control": "no-store" },
      body: '{"error":"invalid_request"}',
    });
    expect(around.stored()).toEqual({});
    expect(around.lines()).toEqual([
      expect.objectContaining({
        event: "logout_token_refused",
        reason,
        hint: expect.stringContaining("logout"),
        LogoutTokensRefused: 1,
      }),
    ]);
  });

  test.each([
    ["has expired", () => signed({ exp: NOW / 1000 - 5 }), "expired"],
    ["is for another application", () => signed({ aud: "OtherApp" }), "unknown_audience"],
    ["has a nonce", () => signed({ nonce: "n" }), "wrong_token_type"],
    ["has no session", () => signed({ sid: undefined }), "missing_claim"],
    [
      "is an ID token",
      () => signJwt(HEADER, { ...ID_TOKEN, sid: "session-1", jti: "1" }, key),
      "wrong_token_type",
    ],
    ["has a changed signature", () => `${signed().slice(0, -8)}AAAAAAAA`, "bad_signature"],
    [
      "names a key that the tenant does not publish",
      () => signJwt({ ...HEADER, kid: "x" }, LOGOUT_TOKEN, key),
      "unknown_key",
    ],
  ])("answers 400 to a token that %s, and writes nothing", async (_, token, reason) => {
    const around = surroundings();
    expect(await post({ body: `logout_token=${token()}` }, around)).toMatchObject({ statusCode: 400 });
    expect(around.stored()).toEqual({});
    const hint = expect.stringContaining("logout token");
    expect(around.lines()).toEqual([expect.objectContaining({ reason, hint })]);
  });

  test("answers 503, not 400, where the keys cannot be had: the token may be good", async () => {
    const keySet: KeySet = {
      key: () => Promise.reject(new AuthorizerError("keys_unavailable", "acme.eu.auth0.com: HTTP 503")),
    };
    const around = surroundings();
    expect(await post({ body: `logout_token=${signed()}` }, around, keySet)).toMatchObject({
      statusCode: 503,
    });
    expect(around.lines()).toEqual([
      expect.objectContaining({
        event: "revocation_not_written",
        detail: "keys_unavailable: acme.eu.auth0.com: HTTP 503",
        hint: expect.stringContaining("the session is not revoked"),
        RevocationWriteFailures: 1,
      }),
    ]);
  });

  test("answers 503 where the table does not take it", async () => {
    const around = surroundings({ failure: new Error("DynamoDB answered UpdateItem with HTTP 500") });
    expect(await post({ body: `logout_token=${signed()}` }, around)).toEqual({
      statusCode: 503,
      headers: { "Cache-Control": "no-store", "Retry-After": "5" },
      body: "",
    });
    expect(around.lines()).toEqual([expect.objectContaining({ retry: "yes", RevocationWriteFailures: 1 })]);
  });

  test.each(["GET", "HEAD", "OPTIONS", "PUT", "post"])("answers 405 to %s", async (method) => {
    expect(await post({ method, body: `logout_token=${signed()}` })).toMatchObject({
      statusCode: 405,
      headers: { Allow: "POST" },
    });
  });

  test("answers 400 to an event that is not a request", async () => {
    const around = surroundings();
    const handler = createBackChannelLogout({ ...around, verify: () => Promise.reject(new Error("called")) });
    await expect(handler({})).resolves.toMatchObject({ statusCode: 400 });
  });

  test("keeps no token, user, session or application in its log", async () => {
    const around = surroundings({ level: "debug" });
    const tokens = [signed(), signed({ exp: 1 }), signed({ sid: undefined }), signed({ aud: "OtherApp" })];
    for (const token of tokens) await post({ body: `logout_token=${token}` }, around);
    expect(around.lines()).toHaveLength(4);
    expect(around.logged()).not.toMatch(/alice|session-1|App\b|eyJ/);
  });
});
