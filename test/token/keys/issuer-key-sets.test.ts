import { expect, test } from "@jest/globals";
import { createSigningKey } from "../../../src/testing/signing-key.ts";
import { runtimeDefaults, settingsFrom } from "../../../src/settings/settings.ts";
import { createIssuerKeySets } from "../../../src/token/keys/issuer-key-sets.ts";
import { jwks } from "../virtual-tenant.ts";

const key = createSigningKey({ kid: "current" });
const settings = settingsFrom(
  { domain: ["acme.eu.auth0.com", "login.acme.com"], clientIds: ["WebApp"] },
  runtimeDefaults({}),
);

test("the keys of every issuer are fetched from its own address, once, before they are needed", async () => {
  const fetched: string[] = [];
  const fetch = (uri: string): Promise<string> => (fetched.push(uri), Promise.resolve(jwks(key)));
  const getKeySet = createIssuerKeySets(settings, { fetch });
  const addresses = [
    "https://acme.eu.auth0.com/.well-known/jwks.json",
    "https://login.acme.com/.well-known/jwks.json",
  ];
  expect(fetched).toEqual(addresses);
  await getKeySet("https://login.acme.com/").key("current");
  expect(getKeySet("https://login.acme.com/")).toBe(getKeySet("https://login.acme.com/"));
  expect(fetched).toEqual(addresses);
});

test("a fetch that failed is reported with its address", async () => {
  const failures: unknown[] = [];
  const fetch = (): Promise<string> => Promise.reject(new Error("HTTP 503"));
  const getKeySet = createIssuerKeySets(settings, { fetch, onFailure: (failure) => failures.push(failure) });
  await expect(getKeySet("https://login.acme.com/").key("current")).rejects.toThrow("keys_unavailable");
  expect(failures).toContainEqual({
    jwksUri: "https://login.acme.com/.well-known/jwks.json",
    detail: "HTTP 503",
  });
});

test("a fetch that failed need not be reported", async () => {
  const fetch = (): Promise<string> => Promise.reject(new Error("HTTP 503"));
  const getKeySet = createIssuerKeySets(settings, { fetch });
  await expect(getKeySet("https://login.acme.com/").key("current")).rejects.toThrow("keys_unavailable");
});
