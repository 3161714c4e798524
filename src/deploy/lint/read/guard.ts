import type { Guard } from "../model.ts";
import { getReference, getWhyUnknown, isTrue, toText } from "../values.ts";
import type { Resources } from "./resources.ts";

const AUTHORIZER_TYPES = ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"];
const ELSEWHERE = "its authorizer is another stack's";

/** What guards a method or a route, by its `AuthorizationType`, `AuthorizerId` and `ApiKeyRequired`. */
export function readGuard(
  { type, authorizer, apiKey }: { type: unknown; authorizer: unknown; apiKey?: unknown },
  resources: Resources,
): Guard {
  const why = getWhyUnknown(type);
  if (why !== undefined) return { kind: "unknown", why: `whether it has an authorizer depends on ${why}` };
  const name = (toText(type) ?? "NONE").toUpperCase();
  if (name === "AWS_IAM") return { kind: "aws" };
  if (name === "NONE" || authorizer === undefined) return isTrue(apiKey) ? { kind: "key" } : { kind: "none" };
  return readAuthorizer(authorizer, resources);
}

function readAuthorizer(authorizer: unknown, resources: Resources): Guard {
  const why = getWhyUnknown(authorizer);
  if (why !== undefined)
    return { kind: "unknown", why: `${ELSEWHERE}, or only a deployment knows it: ${why}` };
  const resource = resources.get(getReference(authorizer) ?? "");
  if (resource === undefined || !AUTHORIZER_TYPES.includes(resource.type))
    return { kind: "unknown", why: ELSEWHERE };
  const { AuthorizerType, Type } = resource.properties;
  const kind = toText(AuthorizerType ?? Type);
  if (kind === undefined)
    return { kind: "unknown", why: `the type of ${resource.id} is known only at deployment` };
  return isLambdaAuthorizer(kind) ? { kind: "lambda", authorizer: resource.id } : { kind: "aws" };
}

/** Not one of AWS's own, `COGNITO_USER_POOLS` or `JWT`. */
export function isLambdaAuthorizer(type: string): boolean {
  return ["TOKEN", "REQUEST"].includes(type.toUpperCase());
}
