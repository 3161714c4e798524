import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { SimpleFetcher } from "aws-jwt-verify/https";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { generate } from "selfsigned";
import { fetchText } from "../../../src/http/client.ts";
import { RemoteKeySet } from "../../../src/token/keys/remote-key-set.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";
import { startServer, type LoopbackServer } from "../loopback-server.ts";

const REQUESTS = 1000;
/** The clock stands but where a test moves it. */
const START = Date.now();

let tenant: FakeTenant;
let front: LoopbackServer;
let certificate: string;

beforeAll(async () => {
  tenant = await startFakeTenant();
  const names = [{ name: "commonName", value: "localhost" }];
  const pair = await generate(names, { keyType: "ec", algorithm: "sha256" });
  certificate = pair.cert;
  front = await startServer((_request, response) => tenant.answer(response), {
    tls: { key: pair.private, cert: certificate },
  });
});
beforeEach(() => tenant.fail());
afterAll(() => Promise.all([tenant.close(), front.close()]));

/** How often a thousand unknown key IDs, one after the other, make somebody fetch who has the keys. */
async function fetchesFor(judge: (kid: string) => Promise<unknown>): Promise<number> {
  const before = tenant.fetches;
  for (let index = 0; index < REQUESTS; index += 1)
    await expect(judge(`invented-${index}`)).rejects.toThrow();
  return tenant.fetches - before;
}

/** Our key set, whose last fetch is beyond the cooldown. */
async function ours(): Promise<(kid: string) => Promise<unknown>> {
  let later = 0;
  const keySet = new RemoteKeySet({
    defer: (task) => task(),
    jwksUri: tenant.jwksUri,
    maxAgeSeconds: 600,
    staleIfErrorSeconds: 3600,
    timeoutMs: 1500,
    snapshotMaxAgeSeconds: 0,
    fetch: (uri) => fetchText(uri, 120_000),
    clock: () => START + later,
    random: Math.random,
    onFailure: () => undefined,
  });
  await keySet.key(tenant.currentKey.kid);
  later = 31_000;
  return async (kid) => keySet.key(kid);
}

/** The library's cache with its own fetcher, which speaks HTTPS only. */
async function awsJwtVerify(): Promise<(kid: string) => Promise<unknown>> {
  const fetcher = new SimpleFetcher({ defaultRequestOptions: { ca: certificate } });
  const cache = new SimpleJwksCache({ fetcher });
  const judge = (kid: string): Promise<unknown> =>
    cache.getJwk(`https://localhost:${front.port}/`, { header: { kid, alg: "RS256" }, payload: {} });
  await judge(tenant.currentKey.kid);
  return judge;
}

test("a thousand unknown key IDs cost one fetch, as with aws-jwt-verify, while the tenant is well", async () => {
  expect(await fetchesFor(await ours())).toBe(1);
  expect(await fetchesFor(await awsJwtVerify())).toBe(1);
});

test("they cost no more while it answers 503, and a thousand with aws-jwt-verify", async () => {
  const [we, they] = [await ours(), await awsJwtVerify()];
  tenant.fail(503);
  expect(await fetchesFor(we)).toBe(1);
  expect(await fetchesFor(they)).toBe(REQUESTS);
});
