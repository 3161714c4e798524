import { dependenciesOf, resourcesOf, type NamedResource, type Template } from "./template.ts";

/** One mistake in a template. */
export interface Finding {
  readonly rule: RuleName;
  /** The logical ID. */
  readonly resource: string;
  readonly message: string;
}

type Check = (template: Template) => readonly Omit<Finding, "rule">[];

/** API Gateway waits for the authorizer of an HTTP API no longer. */
const MAX_TIMEOUT_SECONDS = 10;
/** A policy ends with its token, but a user who was refused stays so. */
const MAX_TTL_SECONDS = 300;
/** Nothing ends a simple answer, so it outlives its token by this. */
const MAX_SIMPLE_TTL_SECONDS = 60;
/** What API Gateway assumes where a REST API's authorizer says nothing. */
const DEFAULT_REST_TTL_SECONDS = 300;

const AUTHORIZERS = ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"];

const CHECKS = {
  /** Preflights have no token, and a WebSocket API asks for one when a connection begins. */
  "unguarded-route": (template) => [
    ...resourcesOf(template, "AWS::ApiGateway::Method")
      .filter(({ properties }) => properties["HttpMethod"] !== "OPTIONS" && !isGuarded(properties))
      .map(at("lets anybody in: it has no authorizer")),
    ...resourcesOf(template, "AWS::ApiGatewayV2::Route")
      .filter(({ properties }) => !isLaterMessage(template, properties) && !isGuarded(properties))
      .map(at("lets anybody in: it has no authorizer")),
    ...resourcesOf(template, "AWS::ApiGatewayV2::Api")
      .filter(({ name, properties }) => properties["ProtocolType"] === "WEBSOCKET" && !asks(template, name))
      .map(at("lets anybody in: it has no route $connect, where an authorizer could ask for a token")),
  ],

  "authorizer-ttl": (template) =>
    resourcesOf(template, ...AUTHORIZERS)
      .filter((authorizer) => ttl(authorizer) > MAX_TTL_SECONDS)
      .map(at(`keeps its answers for longer than ${MAX_TTL_SECONDS} s`)),

  "simple-answer-outlives-token": (template) =>
    resourcesOf(template, "AWS::ApiGatewayV2::Authorizer")
      .filter(({ properties }) => properties["EnableSimpleResponses"] === true)
      .filter((authorizer) => ttl(authorizer) > MAX_SIMPLE_TTL_SECONDS)
      .map(at(`keeps simple answers, which nothing ends, for longer than ${MAX_SIMPLE_TTL_SECONDS} s`)),

  /** A gateway keeps an answer under the identity source: without the token in it, for any caller. */
  "identity-source-without-token": (template) =>
    resourcesOf(template, ...AUTHORIZERS)
      .filter(({ properties }) => isOurKind(properties) && !hasTokenInSource(properties))
      .map(
        at(
          "does not have the token in its identity source, under which answers are kept: a caller may get another's",
        ),
      ),

  "function-timeout": (template) =>
    resourcesOf(template, "AWS::Lambda::Function")
      .filter(({ properties }) => Number(properties["Timeout"] ?? 3) > MAX_TIMEOUT_SECONDS)
      .map(at(`may run for longer than ${MAX_TIMEOUT_SECONDS} s, when nobody waits any more`)),

  "log-retention": (template) => [
    ...resourcesOf(template, "AWS::Logs::LogGroup")
      .filter(({ properties }) => properties["RetentionInDays"] === undefined)
      .map(at("keeps its lines for ever")),
    ...resourcesOf(template, "AWS::Lambda::Function")
      .filter((lambda) => !hasLogGroup(template, lambda))
      .map(at("has no log group in this template, so Lambda makes one that keeps its lines for ever")),
  ],

  "not-arm64": (template) =>
    resourcesOf(template, "AWS::Lambda::Function")
      .filter(({ properties }) => JSON.stringify(properties["Architectures"]) !== '["arm64"]')
      .map(at("does not run on arm64, which costs a fifth less")),

  "no-cors-on-401": (template) => missingHeader(template, "UNAUTHORIZED", "Access-Control-Allow-Origin"),
  "no-cors-on-403": (template) => missingHeader(template, "ACCESS_DENIED", "Access-Control-Allow-Origin"),
  "no-challenge-on-401": (template) => missingHeader(template, "UNAUTHORIZED", "WWW-Authenticate"),

  "gateway-response-not-deployed": (template) =>
    resourcesOf(template, "AWS::ApiGateway::GatewayResponse")
      .filter((response) => !isDeployed(template, response))
      .map(at("may be made after the deployment of its API, which then does not have it")),

  "wildcard-iam": (template) =>
    resourcesOf(template, "AWS::IAM::Role", "AWS::IAM::Policy")
      .filter(({ properties }) => statementsOf(properties).some(isTooWide))
      .map(at("may do more than what is named: it has a wildcard")),

  "appended-identity": (template) =>
    resourcesOf(template, "AWS::ApiGatewayV2::Integration")
      .filter(({ properties }) => appendsIdentity(properties["RequestParameters"]))
      .map(
        at("appends the identity to a header that the caller may have sent: use overwrite instead of append"),
      ),

  "open-permission": (template) =>
    resourcesOf(template, "AWS::Lambda::Permission")
      .filter(({ properties }) => properties["SourceArn"] === undefined)
      .map(at("lets any API of anybody call the function")),
} as const satisfies Record<string, Check>;

export type RuleName = keyof typeof CHECKS;

/** What is wrong with a template, beyond what AWS would say about it. */
export function findMistakes(template: Template, except: readonly RuleName[] = []): Finding[] {
  return (Object.keys(CHECKS) as RuleName[])
    .filter((rule) => !except.includes(rule))
    .flatMap((rule) => CHECKS[rule](template).map((finding) => ({ rule, ...finding })));
}

function at(message: string): (resource: NamedResource) => Omit<Finding, "rule"> {
  return ({ name }) => ({ resource: name, message });
}

function isGuarded(properties: NamedResource["properties"]): boolean {
  return properties["AuthorizationType"] === "CUSTOM" && properties["AuthorizerId"] !== undefined;
}

function isLaterMessage(template: Template, { ApiId, RouteKey }: NamedResource["properties"]): boolean {
  const api = template.Resources[refOf(ApiId)]?.Properties ?? {};
  return api["ProtocolType"] === "WEBSOCKET" && RouteKey !== "$connect";
}

function asks(template: Template, api: string): boolean {
  return resourcesOf(template, "AWS::ApiGatewayV2::Route").some(
    ({ properties }) => properties["RouteKey"] === "$connect" && refOf(properties["ApiId"]) === api,
  );
}

/** A Lambda authorizer, and not one of AWS's own, which need no such source. */
function isOurKind({ Type, AuthorizerType }: NamedResource["properties"]): boolean {
  return ["TOKEN", "REQUEST"].includes(String(AuthorizerType ?? Type));
}

/** The header may be spelled in any case, a parameter not. In the query only a WebSocket's token may come. */
const TOKEN_SOURCES = [
  /^method\.request\.header\.authorization$/i,
  /^\$request\.header\.authorization$/i,
  /^route\.request\.header\.authorization$/i,
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

/** By its name, as Serverless has it, or named by the function, as CDK has it. */
function hasLogGroup(template: Template, { properties }: NamedResource): boolean {
  const { LogGroup } = (properties["LoggingConfig"] ?? {}) as { LogGroup?: unknown };
  const name = `/aws/lambda/${String(properties["FunctionName"])}`;
  return resourcesOf(template, "AWS::Logs::LogGroup").some(
    (group) => group.name === refOf(LogGroup) || group.properties["LogGroupName"] === name,
  );
}

function missingHeader(template: Template, type: string, header: string): Omit<Finding, "rule">[] {
  const responses = resourcesOf(template, "AWS::ApiGateway::GatewayResponse").filter(
    ({ properties }) => properties["ResponseType"] === type,
  );
  return resourcesOf(template, "AWS::ApiGateway::RestApi")
    .filter(({ name }) => !responses.some((response) => hasHeader(response, name, header)))
    .map(at(`answers ${type} without the header ${header}`));
}

function hasHeader({ properties }: NamedResource, api: string, header: string): boolean {
  const parameters = (properties["ResponseParameters"] ?? {}) as Record<string, unknown>;
  return (
    refOf(properties["RestApiId"]) === api && parameters[`gatewayresponse.header.${header}`] !== undefined
  );
}

function isDeployed(template: Template, response: NamedResource): boolean {
  const deployments = resourcesOf(template, "AWS::ApiGateway::Deployment");
  return deployments.some(
    ({ name, properties }) =>
      refOf(properties["RestApiId"]) === refOf(response.properties["RestApiId"]) &&
      dependenciesOf(template, name).has(response.name),
  );
}

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly NotAction?: unknown;
  readonly NotResource?: unknown;
}

function statementsOf(properties: NamedResource["properties"]): Statement[] {
  const policies = [properties, ...((properties["Policies"] ?? []) as Record<string, unknown>[])];
  return policies.flatMap(({ PolicyDocument }) => {
    const { Statement = [] } = (PolicyDocument ?? {}) as { Statement?: Statement | Statement[] };
    return [Statement].flat();
  });
}

/** A log group's own ARN ends in `:*`, which means its streams; any other wildcard means more than one thing. */
function isTooWide({ Effect, Action, Resource, NotAction, NotResource }: Statement): boolean {
  if (Effect === "Deny") return false;
  if (NotAction !== undefined || NotResource !== undefined) return true;
  const resources = [Resource].flat().map((resource) => JSON.stringify(resource).replace(/:\*"/g, '"'));
  return JSON.stringify(Action).includes("*") || resources.some((resource) => resource.includes("*"));
}

function appendsIdentity(parameters: unknown): boolean {
  return Object.entries(parameters ?? {}).some(
    ([key, source]) => key.startsWith("append:") && JSON.stringify(source).includes("context.authorizer."),
  );
}

function refOf(value: unknown): string {
  return typeof value === "object" && value !== null && "Ref" in value ? String(value.Ref) : "";
}
