import { expect, it } from "@jest/globals";
import type {
  APIGatewayAuthorizerHandler,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewayRequestAuthorizerHandler,
  APIGatewayRequestIAMAuthorizerHandlerV2,
  APIGatewayRequestSimpleAuthorizerHandlerV2,
  APIGatewayRequestSimpleAuthorizerHandlerV2WithContext,
  APIGatewayRequestAuthorizerWithContextHandler,
  APIGatewayTokenAuthorizerHandler,
  Handler,
} from "aws-lambda";
import { createAuthorizer, type Authorizer } from "../../src/authorizer/create-authorizer.ts";
import type { AuthorizerResponse } from "../../src/authorizer/response.ts";

/** The handlers' types are the test: `tsc` reads this file without a cast. */
const authorizer: Authorizer = createAuthorizer(
  { domain: ["http://localhost:9"], clientIds: ["WebApp"], logLevel: "silent" },
  { fetch: () => Promise.reject(new Error("no network")) },
);
const token: APIGatewayTokenAuthorizerHandler = authorizer;
const request: APIGatewayRequestAuthorizerHandler = authorizer;
const either: APIGatewayAuthorizerHandler = authorizer;
const policy: APIGatewayRequestIAMAuthorizerHandlerV2 = authorizer;
const simple: APIGatewayRequestSimpleAuthorizerHandlerV2 = authorizer;

export function refused(event: APIGatewayRequestAuthorizerEventV2): void {
  // @ts-expect-error only a caller who got in has an identity: the reason of a refusal is a context too
  authorizer satisfies APIGatewayRequestAuthorizerWithContextHandler<{ sub: string }>;
  // @ts-expect-error nor has a simple response
  authorizer satisfies APIGatewayRequestSimpleAuthorizerHandlerV2WithContext<{ sub: string }>;
  // @ts-expect-error it answers what a gateway asks, and no web page
  authorizer satisfies Handler<APIGatewayRequestAuthorizerEventV2, { statusCode: number }>;
  // @ts-expect-error who calls it has to find out which of the two responses it is
  void (authorizer(event) satisfies Promise<{ isAuthorized: boolean }>);
  void (authorizer(event) satisfies Promise<AuthorizerResponse>);
}

it("is one function for all of them", () => {
  expect(new Set([token, request, either, policy, simple])).toEqual(new Set([authorizer]));
});
