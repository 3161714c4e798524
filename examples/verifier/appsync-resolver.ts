import type { AppSyncIdentityLambda, AppSyncResolverHandler } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** A Lambda resolver behind that authorizer: it reads the caller as every Lambda behind an API Gateway does. */
export const me: AppSyncResolverHandler<object, string> = ({ identity }) => {
  const authorizer: unknown = (identity as AppSyncIdentityLambda).resolverContext;
  const { email } = identityFrom({ requestContext: { authorizer } });
  return Promise.resolve(email ?? "somebody");
};
