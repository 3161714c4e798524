import { at, type Rule, type Scope } from "./rule.ts";
import { getCallsOne, getResources, type NamedResource, type Template } from "./cloudformation.ts";

/** A policy ends with its token, but a user who was refused stays so. */
const MAX_TTL_SECONDS = 300;
/** Nothing ends a simple answer, so it outlives its token by this. */
const MAX_SIMPLE_TTL_SECONDS = 60;
/** What API Gateway assumes where a REST API's authorizer says nothing. */
const DEFAULT_REST_TTL_SECONDS = 300;

export const longTtls: Rule = (template, scope) =>
  getAuthorizers(template, scope)
    .filter((authorizer) => ttl(authorizer) > MAX_TTL_SECONDS)
    .map(at(`keeps its answers for longer than ${MAX_TTL_SECONDS} s`));

export const longSimpleTtls: Rule = (template, scope) =>
  getAuthorizers(template, scope)
    .filter(({ properties }) => properties["EnableSimpleResponses"] === true)
    .filter((authorizer) => ttl(authorizer) > MAX_SIMPLE_TTL_SECONDS)
    .map(at(`keeps simple answers, which nothing ends, for longer than ${MAX_SIMPLE_TTL_SECONDS} s`));

/** A gateway keeps an answer under the identity source: without the token in it, for any caller. */
export const identitySourcesWithoutToken: Rule = (template, scope) =>
  getAuthorizers(template, scope)
    .filter(({ properties }) => !hasTokenInSource(properties))
    .map(
      at(
        "does not have the token in its identity source, under which answers are kept: a caller may get another's",
      ),
    );

/** The Lambda authorizers of the template that call one of the scope's functions, or a function of another stack. */
export function getAuthorizers(template: Template, { functions }: Scope): NamedResource[] {
  return getResources(template, "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer")
    .filter(({ properties }) => isLambdaAuthorizer(properties))
    .filter(({ properties }) => getCallsOne(functions, template, properties["AuthorizerUri"]));
}

/** Not one of AWS's own, which need no such source. */
function isLambdaAuthorizer({ Type, AuthorizerType }: NamedResource["properties"]): boolean {
  return ["TOKEN", "REQUEST"].includes(String(AuthorizerType ?? Type));
}

/** A header may be spelled in any case, a parameter not. Only a WebSocket's token may come in another place. */
const TOKEN_SOURCES = [
  /^method\.request\.header\.authorization$/i,
  /^\$request\.header\.authorization$/i,
  /^route\.request\.header\.authorization$/i,
  /^route\.request\.header\.sec-websocket-protocol$/i,
  /^route\.request\.querystring\.access_token$/,
];

/** REST APIs have one text with commas between, the others a list. */
function hasTokenInSource({ IdentitySource = [] }: NamedResource["properties"]): boolean {
  const sources = [IdentitySource].flat().flatMap((source) => String(source).split(","));
  return sources.some((source) => TOKEN_SOURCES.some((pattern) => pattern.test(source.trim())));
}

function ttl({ properties }: NamedResource): number {
  const isRest = properties["RestApiId"] !== undefined;
  return Number(properties["AuthorizerResultTtlInSeconds"] ?? (isRest ? DEFAULT_REST_TTL_SECONDS : 0));
}
