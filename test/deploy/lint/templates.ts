/** Good templates of every kind that `validate` reads: it finds nothing in any of them. */

export type Json = Record<string, unknown>;

export interface GoodTemplate {
  readonly name: string;
  readonly template: { Resources: Record<string, ResourceJson> } & Json;
  /** Files beside the template. */
  readonly files: Readonly<Record<string, unknown>>;
}

export interface ResourceJson {
  Type: string;
  Properties: Json;
  DependsOn?: unknown;
}

const NOTHING: ResourceJson = { Type: "", Properties: {} };

const ref = (id: string): Json => ({ Ref: id });
const getAtt = (id: string, attribute: string): Json => ({ "Fn::GetAtt": [id, attribute] });

function invocation(functionId: string): Json {
  const start = ["arn:", ref("AWS::Partition"), ":apigateway:", ref("AWS::Region")];
  const path = [":lambda:path/2015-03-31/functions/", getAtt(functionId, "Arn"), "/invocations"];
  return { "Fn::Join": ["", [...start, ...path]] };
}

function authorizerFunction(variables: Json = {}): Record<string, ResourceJson> {
  return {
    Auth0: {
      Type: "AWS::Lambda::Function",
      Properties: {
        FunctionName: "orders-dev-auth0",
        Handler: "authorizer.handler",
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Timeout: 8,
        Environment: {
          Variables: {
            AUTH0_DOMAIN: "acme.eu.auth0.com",
            AUTH0_AUDIENCES: "https://api.acme.com",
            AUTH0_EMAIL_CLAIM: "https://acme.com/email",
            ...variables,
          },
        },
      },
    },
    Auth0Log: {
      Type: "AWS::Logs::LogGroup",
      Properties: { LogGroupName: "/aws/lambda/orders-dev-auth0", RetentionInDays: 30 },
    },
  };
}

const backend = (handler: string): ResourceJson => ({
  Type: "AWS::Lambda::Function",
  Properties: { Handler: handler, Runtime: "python3.13" },
});

function permission(functionId: string, api: string): ResourceJson {
  const SourceArn = {
    "Fn::Sub": `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${api}}/*`,
  };
  const Principal = "apigateway.amazonaws.com";
  const call = { Action: "lambda:InvokeFunction", FunctionName: getAtt(functionId, "Arn") };
  return { Type: "AWS::Lambda::Permission", Properties: { ...call, Principal, SourceArn } };
}

const HEADERS = { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" };
const CHALLENGE = { ...HEADERS, "gatewayresponse.header.WWW-Authenticate": "'Bearer'" };

function method(verb: string, resource: Json): ResourceJson {
  return {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      RestApiId: ref("Api"),
      ResourceId: resource,
      HttpMethod: verb,
      AuthorizationType: "CUSTOM",
      AuthorizerId: ref("Guard"),
      Integration: { Type: "AWS_PROXY", IntegrationHttpMethod: "POST", Uri: invocation("Orders") },
    },
  };
}

const pathPart = (part: string, parent: Json): ResourceJson => ({
  Type: "AWS::ApiGateway::Resource",
  Properties: { RestApiId: ref("Api"), ParentId: parent, PathPart: part },
});

function rest(authorizer: Json): GoodTemplate["template"] {
  const root = getAtt("Api", "RootResourceId");
  const response = (ResponseType: string, ResponseParameters: Json): ResourceJson => ({
    Type: "AWS::ApiGateway::GatewayResponse",
    Properties: { RestApiId: ref("Api"), ResponseType, ResponseParameters },
  });
  const preflight = method("OPTIONS", ref("OrdersPath"));
  preflight.Properties = {
    ...preflight.Properties,
    AuthorizationType: "NONE",
    AuthorizerId: undefined,
    Integration: { Type: "MOCK" },
  };
  return {
    Resources: {
      ...authorizerFunction(),
      Orders: backend("orders.handler"),
      Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "orders" } },
      OrdersPath: pathPart("orders", root),
      OrderPath: pathPart("{id}", ref("OrdersPath")),
      AdminPath: pathPart("admin", root),
      AnythingPath: pathPart("{proxy+}", ref("AdminPath")),
      GetOrders: method("GET", ref("OrdersPath")),
      PostOrders: method("POST", ref("OrdersPath")),
      GetOrder: method("GET", ref("OrderPath")),
      AnyAdmin: method("ANY", ref("AnythingPath")),
      Root: method("GET", root),
      Preflight: preflight,
      Guard: { Type: "AWS::ApiGateway::Authorizer", Properties: { RestApiId: ref("Api"), ...authorizer } },
      MayAsk: permission("Auth0", "Api"),
      MayCall: permission("Orders", "Api"),
      Unauthorized: response("UNAUTHORIZED", CHALLENGE),
      Others: response("DEFAULT_4XX", HEADERS),
      Deployment: {
        Type: "AWS::ApiGateway::Deployment",
        Properties: { RestApiId: ref("Api") },
        DependsOn: ["Unauthorized", "Others", "GetOrders"],
      },
    },
  };
}

function http(authorizer: Json, variables: Json = {}): GoodTemplate["template"] {
  const route = (RouteKey: string): ResourceJson => ({
    Type: "AWS::ApiGatewayV2::Route",
    Properties: {
      ApiId: ref("Api"),
      RouteKey,
      AuthorizationType: "CUSTOM",
      AuthorizerId: ref("Guard"),
      Target: { "Fn::Join": ["/", ["integrations", ref("ToOrders")]] },
    },
  });
  return {
    Resources: {
      ...authorizerFunction(variables),
      Orders: backend("orders.handler"),
      Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "orders", ProtocolType: "HTTP" } },
      ToOrders: {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: {
          ApiId: ref("Api"),
          IntegrationType: "AWS_PROXY",
          IntegrationUri: getAtt("Orders", "Arn"),
          PayloadFormatVersion: "2.0",
          RequestParameters: { "overwrite:header.x-user": "$context.authorizer.sub" },
        },
      },
      GetOrders: route("GET /orders"),
      PostOrders: route("POST /orders"),
      GetOrder: route("GET /orders/{id}"),
      Anything: route("ANY /admin/{proxy+}"),
      Rest: route("$default"),
      Guard: {
        Type: "AWS::ApiGatewayV2::Authorizer",
        Properties: {
          ApiId: ref("Api"),
          AuthorizerType: "REQUEST",
          AuthorizerPayloadFormatVersion: "2.0",
          AuthorizerUri: invocation("Auth0"),
          IdentitySource: ["$request.header.Authorization"],
          ...authorizer,
        },
      },
      MayAsk: permission("Auth0", "Api"),
      MayCall: permission("Orders", "Api"),
    },
  };
}

function webSocket(): GoodTemplate["template"] {
  const template = http({});
  const { Resources } = template;
  for (const id of ["GetOrders", "PostOrders", "GetOrder", "Anything"]) Reflect.deleteProperty(Resources, id);
  const connect = structuredClone(Resources["Rest"] ?? NOTHING);
  connect.Properties["RouteKey"] = "$connect";
  const later = structuredClone(Resources["Rest"] ?? NOTHING);
  later.Properties["AuthorizationType"] = "NONE";
  Object.assign(Resources["Api"]?.Properties ?? {}, { ProtocolType: "WEBSOCKET" });
  Object.assign(Resources["Guard"]?.Properties ?? {}, {
    IdentitySource: ["route.request.querystring.access_token"],
  });
  Reflect.deleteProperty(Resources["ToOrders"]?.Properties ?? {}, "RequestParameters");
  Object.assign(Resources, { Connect: connect, Rest: later });
  return template;
}

function openApi(kind: "rest" | "http"): GoodTemplate["template"] {
  const isRest = kind === "rest";
  const template = isRest ? rest({}) : http({});
  const { Resources } = template;
  const operation = (): Json => ({
    responses: {},
    security: [{ auth0: [] }],
    "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri: invocation("Orders") },
  });
  const body = {
    openapi: "3.0.1",
    paths: {
      "/orders": { get: operation(), post: operation() },
      "/orders/{id}": { get: operation(), delete: operation() },
      "/admin/{proxy+}": { "x-amazon-apigateway-any-method": operation() },
    },
    components: {
      securitySchemes: {
        auth0: {
          type: "apiKey",
          name: "Authorization",
          in: "header",
          "x-amazon-apigateway-authtype": "custom",
          "x-amazon-apigateway-authorizer": {
            type: "request",
            identitySource: isRest ? "method.request.header.Authorization" : "$request.header.Authorization",
            authorizerUri: invocation("Auth0"),
            authorizerResultTtlInSeconds: 300,
            ...(!isRest && { authorizerPayloadFormatVersion: "2.0" }),
          },
        },
      },
    },
    ...(isRest && {
      "x-amazon-apigateway-gateway-responses": {
        UNAUTHORIZED: { responseParameters: CHALLENGE },
        ACCESS_DENIED: { responseParameters: HEADERS },
      },
    }),
  };
  const kept = ["Auth0", "Auth0Log", "Orders", "Api", "MayAsk", "MayCall"];
  for (const id of Object.keys(Resources)) if (!kept.includes(id)) Reflect.deleteProperty(Resources, id);
  Resources["Api"] = { Type: Resources["Api"]?.Type ?? "", Properties: { Body: body } };
  return template;
}

const SAM = "AWS::Serverless-2016-10-31";

function samFunctions(kind: "Api" | "HttpApi", api: Json): Record<string, ResourceJson> {
  const { Auth0, Auth0Log } = authorizerFunction();
  const event = (Method: string, Path: string): Json => ({
    Type: kind,
    Properties: { Method, Path, ...api },
  });
  return {
    Auth0: { Type: "AWS::Serverless::Function", Properties: Auth0?.Properties ?? {} },
    Auth0Log: Auth0Log ?? NOTHING,
    Orders: {
      Type: "AWS::Serverless::Function",
      Properties: {
        Handler: "orders.handler",
        Events: {
          Get: event("get", "/orders"),
          Post: event("post", "/orders"),
          One: event("get", "/orders/{id}"),
          Admin: event("any", "/admin/{proxy+}"),
        },
      },
    },
  };
}

function samAuth(isRest: boolean): Json {
  return {
    DefaultAuthorizer: "Guard",
    Authorizers: {
      Guard: {
        FunctionArn: getAtt("Auth0", "Arn"),
        Identity: { Headers: ["Authorization"], ReauthorizeEvery: 300 },
        ...(isRest
          ? { FunctionPayloadType: "REQUEST" }
          : { AuthorizerPayloadFormatVersion: "2.0", EnableFunctionDefaultPermissions: true }),
      },
    },
  };
}

const SAM_RESPONSES = {
  UNAUTHORIZED: { ResponseParameters: { Headers: { "WWW-Authenticate": "'Bearer'" } } },
};

function sam(kind: "Api" | "HttpApi", isImplicit: boolean): GoodTemplate["template"] {
  const isRest = kind === "Api";
  const properties = { Auth: samAuth(isRest), ...(isRest && { GatewayResponses: SAM_RESPONSES }) };
  const own: Json = isImplicit ? {} : { [isRest ? "RestApiId" : "ApiId"]: ref("Api") };
  const api = { Type: `AWS::Serverless::${kind}`, Properties: { StageName: "prod", ...properties } };
  return {
    Transform: SAM,
    ...(isImplicit && { Globals: { [kind]: properties } }),
    Resources: { ...samFunctions(kind, own), ...(!isImplicit && { Api: api }) },
  };
}

/** The routes are in a stack of their own, which gets the API and the authorizer. */
function nested(): { template: GoodTemplate["template"]; files: Json } {
  const template = http({});
  const names = ["GetOrders", "PostOrders", "GetOrder", "Anything", "Rest"];
  const inner = Object.fromEntries(names.map((id) => [id, template.Resources[id]]));
  for (const id of names) Reflect.deleteProperty(template.Resources, id);
  const shared = ["Api", "Guard", "ToOrders"];
  template.Resources["Routes"] = {
    Type: "AWS::CloudFormation::Stack",
    Properties: {
      TemplateURL: "https://s3.amazonaws.com/bucket/routes.json",
      Parameters: Object.fromEntries(shared.map((id) => [id, ref(id)])),
    },
  };
  const Parameters = Object.fromEntries(shared.map((id) => [id, { Type: "String" }]));
  return { template, files: { "routes.json": { Parameters, Resources: inner } } };
}

const REST_TOKEN = {
  Type: "TOKEN",
  AuthorizerUri: invocation("Auth0"),
  IdentitySource: "method.request.header.Authorization",
};

/** New ones at every call, because they are changed. */
export function goodTemplates(): GoodTemplate[] {
  const alone = (name: string, template: GoodTemplate["template"]): GoodTemplate => ({
    name,
    template,
    files: {},
  });
  return [
    alone("REST, TOKEN", rest(REST_TOKEN)),
    alone("REST, REQUEST", rest({ ...REST_TOKEN, Type: "REQUEST" })),
    alone("HTTP, policy", http({ AuthorizerResultTtlInSeconds: 300 })),
    alone(
      "HTTP, simple",
      http(
        { EnableSimpleResponses: true, AuthorizerResultTtlInSeconds: 60 },
        { AUTHORIZER_HTTP_API_RESPONSE: "simple" },
      ),
    ),
    alone("WebSocket", webSocket()),
    alone("REST, OpenAPI", openApi("rest")),
    alone("HTTP, OpenAPI", openApi("http")),
    alone("SAM, REST", sam("Api", false)),
    alone("SAM, HTTP", sam("HttpApi", false)),
    alone("SAM, implicit REST", sam("Api", true)),
    alone("SAM, implicit HTTP", sam("HttpApi", true)),
    { name: "nested", ...nested() },
  ];
}
