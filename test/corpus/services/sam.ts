import type { TemplateService } from "../template-service.ts";

const TRANSFORM = 'AWSTemplateFormatVersion: "2010-09-09"\nTransform: AWS::Serverless-2016-10-31\n';

/** A function of the package, with another name, or with more settings. */
function authorizer(name = "Auth0", more = ""): string {
  return `
  ${name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: node_modules/auth0-api-gateway-authorizer/dist/authorizer.zip
      Handler: authorizer.handler
      Runtime: nodejs24.x
      Architectures: [arm64]
      Timeout: 8
      LoggingConfig: { LogFormat: JSON, LogGroup: !Ref ${name}Log }
      Environment:
        Variables:
          AUTH0_DOMAIN: acme.eu.auth0.com
          AUTH0_AUDIENCES: https://api.acme.com/
          AUTH0_EMAIL_CLAIM: https://acme.com/email
${more}
  ${name}Log: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 30 } }
`;
}

const CODE = "CodeUri: hello/, Handler: app.lambdaHandler, Runtime: nodejs22.x";
const CHALLENGE = `{ UNAUTHORIZED: { ResponseParameters: { Headers: { WWW-Authenticate: "'Bearer'" } } } }`;

function backend(events: string, name = "Orders", more = ""): string {
  return `
  ${name}:
    Type: AWS::Serverless::Function
    Properties: { ${CODE}${more}, Events: { ${events} } }
`;
}

function restAuthorizer(arn = "!GetAtt Auth0.Arn"): string {
  return `{ FunctionArn: ${arn}, FunctionPayloadType: REQUEST, Identity: { Headers: [Authorization], ReauthorizeEvery: 300 } }`;
}

function httpAuthorizer(arn = "!GetAtt Auth0.Arn", seconds = 300): string {
  return `{ FunctionArn: ${arn}, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: false, EnableFunctionDefaultPermissions: true, Identity: { Headers: [Authorization], ReauthorizeEvery: ${seconds} } }`;
}

const HTTP_API = `
  Http:
    Type: AWS::Serverless::HttpApi
    Properties: { Auth: { DefaultAuthorizer: Auth0, Authorizers: { Auth0: ${httpAuthorizer()} } } }
`;
const HTTP_EVENT =
  "List: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: '/orders/{id}', Method: get } }";

const INTEGRATION = `x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: !Sub "arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Orders.Arn}/invocations" }`;

/** The authorizer in an OpenAPI document, without short forms, which AWS::Include does not take. */
const SCHEME = `
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: custom
              x-amazon-apigateway-authorizer:
                type: request
                identitySource: method.request.header.Authorization
                authorizerResultTtlInSeconds: 300
                authorizerUri: { Fn::Sub: "arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Auth0.Arn}/invocations" }`;

/** An API whose routes are an OpenAPI document in the template, as `sam init` writes it for OpenAPI. */
function openApi(paths: string): string {
  return `
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      GatewayResponses: ${CHALLENGE}
      DefinitionBody:
        openapi: 3.0.1
        paths: { ${paths} }
        components:
          securitySchemes:
            auth0:${SCHEME}
${permission("Auth0")}${permission("Orders")}`;
}

/** AWS::Include takes no short forms. */
const INCLUDED = `openapi: 3.0.1
paths:
  /orders:
    get: { security: [{ auth0: [] }], x-amazon-apigateway-integration: &orders { type: aws_proxy, httpMethod: POST, uri: { Fn::Sub: "arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Orders.Arn}/invocations" } } }
    post: { x-amazon-apigateway-integration: *orders }
components:
  securitySchemes:
    auth0:${SCHEME}
`;

function permission(name: string): string {
  return `  ${name}Permission:
    Type: AWS::Lambda::Permission
    Properties: { Action: "lambda:InvokeFunction", FunctionName: !Ref ${name}, Principal: apigateway.amazonaws.com, SourceArn: !Sub "arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*" }
`;
}

/** The same service in every tool: `GET /orders` for whoever is signed in, `POST /admin` with a permission. */
export const SAM_TWO_AUTHORIZERS: TemplateService = {
  name: "sam-two-authorizers",
  tool: "SAM",
  main: "template.yaml",
  files: {
    "template.yaml": `${TRANSFORM}Resources:
${authorizer()}${authorizer("Admin", "          AUTH0_REQUIRED_PERMISSIONS: admin")}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      GatewayResponses: ${CHALLENGE}
      Auth:
        DefaultAuthorizer: Auth0
        Authorizers: { Auth0: ${restAuthorizer()}, Admin: ${restAuthorizer("!GetAtt Admin.Arn").replace("300", "0")} }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Auth0
        Authorizers: { Auth0: ${httpAuthorizer()}, Admin: ${httpAuthorizer("!GetAtt Admin.Arn", 0)} }
${backend(
  "RestList: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /orders, Method: get } }, " +
    "RestAdmin: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /admin, Method: post, Auth: { Authorizer: Admin } } }, " +
    "HttpList: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /orders, Method: get } }, " +
    "HttpAdmin: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /admin, Method: post, Auth: { Authorizer: Admin } } }",
)}`,
  },
  routes: ["GET /orders: Auth0", "GET /orders: Auth0", "POST /admin: Admin", "POST /admin: Admin"],
};

function yaml(
  name: string,
  text: string,
  others: Omit<TemplateService, "name" | "tool" | "files" | "main">,
  beside: TemplateService["files"] = {},
) {
  const files = { "template.yaml": `${TRANSFORM}${text}`, ...beside };
  return { name, tool: "SAM" as const, main: "template.yaml", files, ...others };
}

/** Templates of SAM before their transform, after what `sam init`, guides and samples write. */
export const SAM: readonly TemplateService[] = [
  yaml(
    "sam-globals-and-an-implicit-api",
    `Globals:
  Function: { Timeout: 3, MemorySize: 128 }
  Api:
    Cors: { AllowOrigin: "'*'", AllowHeaders: "'Authorization'" }
    Auth: { DefaultAuthorizer: Auth0, AddDefaultAuthorizerToCorsPreflight: false, Authorizers: { Auth0: ${restAuthorizer()} } }
    GatewayResponses: { DEFAULT_4XX: { ResponseParameters: { Headers: { Access-Control-Allow-Origin: "'*'", WWW-Authenticate: "'Bearer'" } } } }
Resources:
${authorizer()}${backend(
      "List: { Type: Api, Properties: { Path: /orders, Method: get } }, Create: { Type: Api, Properties: { Path: /orders, Method: post } }",
    )}`,
    { routes: ["GET /orders: Auth0", "POST /orders: Auth0"] },
  ),
  yaml(
    "sam-http-api-without-the-permission",
    `Resources:
${authorizer()}${HTTP_API.replace("EnableFunctionDefaultPermissions: true, ", "")}${backend(HTTP_EVENT)}`,
    {
      routes: ["GET /orders/{id}: Auth0"],
      errors: ["missing-permission"],
      because: "SAM gives an HTTP API the permission only if it is asked to: every call would be a 500",
    },
  ),
  yaml(
    "sam-http-api-with-simple-responses-by-mistake",
    `Resources:
${authorizer()}${HTTP_API.replace("EnableSimpleResponses: false", "EnableSimpleResponses: true").replace("ReauthorizeEvery: 300", "ReauthorizeEvery: 60")}${backend(HTTP_EVENT)}`,
    {
      routes: ["GET /orders/{id}: Auth0"],
      errors: ["response-format"],
      because: "the function answers policies, which API Gateway then cannot read",
    },
  ),
  {
    name: "sam-json",
    tool: "SAM",
    main: "template.json",
    files: {
      "template.json": JSON.stringify({
        Transform: "AWS::Serverless-2016-10-31",
        Resources: {
          Auth0: {
            Type: "AWS::Serverless::Function",
            Properties: {
              CodeUri: "node_modules/auth0-api-gateway-authorizer/dist/authorizer.zip",
              Handler: "authorizer.handler",
              ...{ Runtime: "nodejs24.x", Architectures: ["arm64"], Timeout: 8 },
              LoggingConfig: { LogGroup: { Ref: "Log" } },
              Environment: { Variables: { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" } },
            },
          },
          Log: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 14 } },
          Http: {
            Type: "AWS::Serverless::HttpApi",
            Properties: {
              Auth: {
                DefaultAuthorizer: "Auth0",
                Authorizers: {
                  Auth0: {
                    FunctionArn: { "Fn::GetAtt": ["Auth0", "Arn"] },
                    AuthorizerPayloadFormatVersion: "2.0",
                    EnableFunctionDefaultPermissions: true,
                    Identity: { Headers: ["Authorization"], ReauthorizeEvery: 60 },
                  },
                },
              },
            },
          },
          Orders: {
            Type: "AWS::Serverless::Function",
            Properties: {
              ...{ CodeUri: "hello/", Handler: "app.handler", Runtime: "python3.13" },
              Events: {
                Any: {
                  Type: "HttpApi",
                  Properties: { ApiId: { Ref: "Http" }, Path: "/{proxy+}", Method: "ANY" },
                },
              },
            },
          },
        },
      }),
    },
    routes: ["ANY /{proxy+}: Auth0"],
  },
  yaml(
    "sam-openapi-in-the-template",
    `Resources:
${authorizer()}${backend("")}${openApi(
      `/orders: { get: { security: [{ auth0: [] }], ${INTEGRATION} }, post: { security: [{ auth0: [] }], ${INTEGRATION} } }`,
    )}`,
    { routes: ["GET /orders: Auth0", "POST /orders: Auth0"] },
  ),
  yaml(
    "sam-openapi-with-a-forgotten-operation",
    `Resources:
${authorizer()}${backend("")}${openApi(
      `/orders: { get: { security: [{ auth0: [] }], ${INTEGRATION} }, delete: { ${INTEGRATION} } }`,
    )}`,
    {
      routes: ["DELETE /orders: open", "GET /orders: Auth0"],
      errors: ["unguarded-route"],
      because: "DELETE /orders has no security, so it is open",
    },
  ),
  yaml(
    "sam-openapi-by-include",
    `Resources:
${authorizer()}${backend("")}
  Api:
    Type: AWS::Serverless::Api
    Properties: { StageName: prod, DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://acme/openapi.yaml } } } }
`,
    {
      routes: [],
      notChecked: ["template-not-read"],
      because: "the routes are a file in S3, which is not on this machine",
    },
  ),
  yaml(
    "sam-openapi-included-from-a-file",
    `Resources:
${authorizer()}${backend("")}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      GatewayResponses: ${CHALLENGE}
      DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./docs/openapi.yaml } } }
${permission("Auth0")}${permission("Orders")}`,
    {
      routes: ["GET /orders: Auth0", "POST /orders: open"],
      errors: ["unguarded-route"],
      because: "the file lies beside the template until sam package uploads it",
    },
    { "docs/openapi.yaml": INCLUDED },
  ),
  yaml(
    "sam-public-health",
    `Resources:
${authorizer()}${HTTP_API}${backend(
      `${HTTP_EVENT}, Health: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /health, Method: get, Auth: { Authorizer: NONE } } }`,
    )}`,
    { routes: ["GET /health: open", "GET /orders/{id}: Auth0"], publicRoutes: ["GET /health"] },
  ),
  yaml(
    "sam-health-that-is-not-said-to-be-public",
    `Resources:
${authorizer()}${HTTP_API}${backend(
      `${HTTP_EVENT}, Health: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /health, Method: get, Auth: { Authorizer: NONE } } }`,
    )}`,
    {
      routes: ["GET /health: open", "GET /orders/{id}: Auth0"],
      errors: ["unguarded-route"],
      because: "only its author knows that it is meant to be open",
    },
  ),
  yaml(
    "sam-function-url-on-a-guarded-function",
    `Resources:
${authorizer()}${HTTP_API}${backend(HTTP_EVENT, "Orders", ", FunctionUrlConfig: { AuthType: NONE }")}`,
    {
      routes: ["GET /orders/{id}: Auth0"],
      errors: ["guarded-function-url"],
      because: "the function's own address goes around the authorizer",
    },
  ),
  yaml(
    "sam-token-authorizer",
    `Resources:
${authorizer()}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      GatewayResponses: ${CHALLENGE}
      Auth: { DefaultAuthorizer: Auth0, Authorizers: { Auth0: { FunctionArn: !GetAtt Auth0.Arn } } }
${backend("List: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /orders, Method: any } }")}`,
    {
      routes: ["ANY /orders: Auth0"],
      because: "TOKEN is what SAM writes by default: the token itself is the identity source",
    },
  ),
  yaml(
    "sam-auth-by-a-condition",
    `Parameters: { Stage: { Type: String, Default: prod } }
Conditions: { IsLocal: !Equals [!Ref Stage, local] }
Resources:
${authorizer()}${HTTP_API}${backend(
      HTTP_EVENT.replace("Method: get", "Method: get, Auth: { Authorizer: !If [IsLocal, NONE, Auth0] }"),
    )}`,
    {
      routes: ["GET /orders/{id}: not read"],
      notChecked: ["route-not-read"],
      because: "whether it is open depends on a parameter of the deployment",
    },
  ),
  {
    name: "sam-nested-application",
    tool: "SAM",
    main: "template.yaml",
    files: {
      "template.yaml": `${TRANSFORM}Resources:
  Orders: { Type: "AWS::Serverless::Application", Properties: { Location: orders/template.yaml } }
`,
      "orders/template.yaml": `${TRANSFORM}Resources:\n${authorizer()}${HTTP_API}${backend(HTTP_EVENT)}`,
    },
    routes: ["GET /orders/{id}: Auth0"],
  },
  yaml(
    "sam-application-of-the-repository",
    `Resources:
${authorizer()}${HTTP_API}${backend(HTTP_EVENT)}
  Other:
    Type: AWS::Serverless::Application
    Properties: { Location: { ApplicationId: "arn:aws:serverlessrepo:us-east-1:1:applications/other", SemanticVersion: 1.0.0 } }
`,
    {
      routes: ["GET /orders/{id}: Auth0"],
      notChecked: ["template-not-read"],
      because: "an application of AWS's repository is not on this machine",
    },
  ),
  SAM_TWO_AUTHORIZERS,
];
