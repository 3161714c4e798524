import type { APIGatewayProxyHandlerV2WithLambdaAuthorizer } from "aws-lambda";
import {
  identityFrom,
  type CallerIdentity,
  type IdentityContext,
} from "auth0-api-gateway-authorizer/identity";

/** `GET /profile` of an HTTP API, with its event typed down to the authorizer's context. */
export const profile: APIGatewayProxyHandlerV2WithLambdaAuthorizer<IdentityContext> = (event) => {
  const { email, emailVerified } = identityFrom(event);
  const signedInBy = event.requestContext.authorizer.lambda.iss;
  return Promise.resolve({ statusCode: 200, body: JSON.stringify({ email, emailVerified, signedInBy }) });
};

/** A middleware as middy takes it: `middy(greet).use(withIdentity)`. */
export const withIdentity = {
  before: (request: {
    event: Parameters<typeof identityFrom>[0];
    context: { identity?: CallerIdentity };
  }) => {
    request.context.identity = identityFrom(request.event);
  },
};

export const greet = (_event: unknown, { identity }: { identity?: CallerIdentity }) =>
  Promise.resolve({ statusCode: 200, body: `Hello ${identity?.email ?? "stranger"}` });
