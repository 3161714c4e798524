import { expect, it } from "@jest/globals";
import { httpApi, type Lambda } from "auth0-api-gateway-authorizer/testing";
import { account } from "./account.ts";

/** An authorizer of any team's, which forwards the claims of its tokens under the names that ours uses. */
function authorizerOf(issuer: string): Lambda {
  const exp = String(Math.floor(Date.now() / 1000) + 3600);
  const context = { sub: "auth0|alice", iss: issuer, aud: "https://api.acme.com/", token_use: "access", exp };
  return () => Promise.resolve({ isAuthorized: true, context });
}

it.each([
  ["lets users of our tenant see their account", "https://acme.eu.auth0.com/", 200],
  ["shows it to no one else", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf", 500],
])("%s", async (_, issuer, status) => {
  const authorizer = authorizerOf(issuer);
  const api = httpApi({ authorizer, simpleResponses: true, routes: { "GET /account": account } });
  const response = await api.fetch("/account", { headers: { Authorization: "Bearer a.b.c" } });
  expect(response.status).toBe(status);
});
