import { expect, it } from "@jest/globals";
import { httpApi, restApi, type HttpApiOptions } from "../../../src/testing/index.ts";
import { ok } from "../lambdas.ts";

type Options = Omit<HttpApiOptions, "authorizer" | "routes">;

/** What CreateAuthorizer refused, or accepted, on HTTP APIs. */
const CREATED: readonly { readonly where: string; readonly options: object; readonly error?: string }[] = [
  {
    where: "the payload is 3.0",
    options: { authorizerPayload: "3.0" },
    error: "authorizerPayload is 3.0, and there are 1.0 and 2.0",
  },
  {
    where: "simple responses are switched on for payload 1.0",
    options: { authorizerPayload: "1.0", simpleResponses: true },
    error: "simpleResponses need the authorizer payload 2.0",
  },
  { where: "simple responses are switched on for payload 2.0", options: { simpleResponses: true } },
  { where: "the TTL is -1", options: { ttlSeconds: -1 }, error: "ttlSeconds is -1" },
  { where: "the TTL is 0", options: { ttlSeconds: 0 } },
  { where: "the TTL is 3600", options: { ttlSeconds: 3600 } },
  { where: "the TTL is 3601", options: { ttlSeconds: 3601 }, error: "ttlSeconds is 3601" },
  {
    where: "the TTL is 60 without an identity source",
    options: { identitySources: [], ttlSeconds: 60 },
    error: "name identitySources, or set ttlSeconds to 0",
  },
  { where: "the TTL is 0 without an identity source", options: { identitySources: [], ttlSeconds: 0 } },
  {
    where: "a source is written as for a REST API",
    options: { identitySources: ["method.request.header.Authorization"] },
    error: "method.request.header.Authorization is not an identity source of an HTTP API",
  },
  { where: "the authorizer is a TOKEN authorizer", options: { type: "token" }, error: "type is token" },
];

it.each(CREATED)("an HTTP API is created as it was recorded where $where", ({ options, error }) => {
  const create = (): unknown => httpApi({ authorizer: ok(), routes: {}, ...(options as Options) });
  if (error === undefined) expect(create).not.toThrow();
  else expect(create).toThrow(error);
});

it("leaves a REST API its own way of writing sources", () => {
  const identitySources = ["method.request.header.Authorization"];
  expect(() => restApi({ type: "request", identitySources, authorizer: ok(), routes: {} })).not.toThrow();
});
