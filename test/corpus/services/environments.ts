import {
  CONNECT,
  HTTP,
  PLUGIN,
  REST,
  SECTION,
  hello,
  lines,
  provider,
  sectionWith,
  type Service,
} from "../service.ts";

const GUARDED = { auth0: ["GET /orders"] };

/** What a service gives to all of its functions, files and parameters, names, and what is known only at deployment. */
export const ENVIRONMENTS: readonly Service[] = [
  {
    name: "environment-of-auth0s-examples",
    yml: lines(
      PLUGIN,
      provider("environment: { AUTH0_CLIENT_ID: WebApp, AUTH0_AUDIENCE: x, AUTH0_DOMAIN: other.auth0.com }"),
      SECTION,
      hello(REST),
    ),
    guarded: GUARDED,
    because: "the authorizer gets its settings and nothing else, and the other function is not ours",
  },
  {
    name: "environment-with-secrets-and-wrappers",
    yml: lines(
      PLUGIN,
      provider(
        "environment: { DB_PASSWORD: hidden, NODE_OPTIONS: --require ./otel.js, AWS_LAMBDA_EXEC_WRAPPER: /opt/otel }",
      ),
      sectionWith("revocations: true, backChannelLogout: true, logoutClientIds: [WebApp]"),
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "caller-of-the-management-api",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST),
      "  users: { handler: hello.handler, environment: { AUTH0_DOMAIN: acme.eu.auth0.com, AUTH0_CLIENT_ID: x }, timeout: 30 }",
    ),
    guarded: GUARDED,
  },
  {
    name: "second-authorizer-of-its-own",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        REST,
        "http: { path: legacy, method: get, authorizer: { name: legacy, resultTtlInSeconds: 3600 } }",
      ),
      "  legacy: { handler: hello.handler, environment: { AUTH0_DOMAIN: '' }, timeout: 30 }",
    ),
    guarded: GUARDED,
  },
  {
    name: "parameters-files-and-options",
    yml: lines(
      PLUGIN,
      provider("stage: '${opt:stage, \"dev\"}'"),
      "params: { default: { api: https://api.acme.com/ }, prod: { api: https://api.acme.com/prod/ } }",
      "custom: ${file(./custom.yml)}",
      "functions: ${file(./functions.yml)}",
    ),
    files: {
      "custom.yml":
        "auth0Authorizer:\n  domain: ${env:AUTH0_DOMAIN, 'acme.eu.auth0.com'}\n  audiences: ${param:api}\n  emailClaim: https://acme.com/email\n  snapshot: false\n",
      "functions.yml":
        "hello:\n  handler: hello.handler\n  events:\n    - http: { path: orders, method: get, authorizer: auth0 }\n",
    },
    args: ["--stage=prod"],
    guarded: GUARDED,
    has: ["https://api.acme.com/prod/"],
  },
  {
    name: "functions-as-a-list-of-files",
    yml: lines(PLUGIN, provider(), SECTION, "functions:\n  - ${file(./one.yml)}\n  - ${file(./two.yml)}"),
    files: {
      "one.yml":
        "one:\n  handler: hello.handler\n  events:\n    - http: { path: orders, method: get, authorizer: auth0 }\n",
      "two.yml":
        "two:\n  handler: hello.handler\n  events:\n    - http: { path: orders, method: post, authorizer: auth0 }\n",
    },
    guarded: { auth0: ["GET /orders", "POST /orders"] },
  },
  {
    name: "parameter-for-each-stage",
    yml: lines(
      PLUGIN,
      provider(),
      "custom:\n  domains: { dev: dev-acme.eu.auth0.com, prod: acme.eu.auth0.com }\n  auth0Authorizer:\n    domain: ${self:custom.domains.${sls:stage}}\n    clientIds: WebApp, MobileApp\n    snapshot: false",
      hello(HTTP),
    ),
    guarded: GUARDED,
    has: ["dev-acme.eu.auth0.com", "WebApp, MobileApp"],
  },
  {
    name: "settings-from-parameter-store-at-deployment",
    yml: lines(
      PLUGIN,
      provider(),
      "custom:\n  auth0Authorizer:\n    domain: '{{resolve:ssm:/acme/auth0/domain}}'\n    audiences:\n      - https://api.acme.com/\n      - { Fn::ImportValue: orders-audience }\n    emailClaim: { Ref: EmailClaim }",
      hello(REST),
      "resources:\n  Parameters: { EmailClaim: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /acme/claim } }",
    ),
    guarded: GUARDED,
    has: ["{{resolve:ssm:/acme/auth0/domain}}", `"Fn::ImportValue":"orders-audience"`],
  },
  {
    name: "imported-domain-and-a-misspelling",
    because: "audience is no setting, whatever the domain is",
    yml: lines(
      PLUGIN,
      provider(),
      "custom:\n  auth0Authorizer:\n    domain: { Fn::ImportValue: auth0-domain }\n    audience: https://api.acme.com/",
      hello(REST),
    ),
    errors: ["audience is not a setting. Did you mean audiences?", "clientIds is required"],
  },
  {
    name: "name-longer-than-lambda-takes",
    because: "the deployment would fail",
    yml: lines(
      PLUGIN,
      provider("stage: a-stage-of-a-feature-branch-with-a-long-name-of-fifty-chars"),
      SECTION,
      hello("httpApi: GET /orders"),
    ),
    errors: ["and Lambda takes 64: set functionName"],
  },
  {
    name: "name-role-architecture-and-concurrency",
    yml: lines(
      PLUGIN,
      provider(),
      sectionWith(
        "functionName: acme-guard, role: 'arn:aws:iam::123456789012:role/guard', architecture: x86_64, reservedConcurrency: 20, provisionedConcurrency: 2, alarms: false",
      ),
      hello(REST, HTTP),
    ),
    guarded: { auth0: ["GET /orders", "GET /orders"] },
    has: [
      `"FunctionName":"acme-guard"`,
      `"Role":"arn:aws:iam::123456789012:role/guard"`,
      `"ReservedConcurrentExecutions":20`,
    ],
    lacks: ["Auth0AuthorizerRole"],
  },
  {
    name: "permissions-boundary-and-path",
    yml: lines(
      PLUGIN,
      provider(
        "iam: { role: { path: /team/, permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' } }",
      ),
      SECTION,
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "legacy-permissions-boundary",
    framework: "serverless-3",
    yml: lines(
      PLUGIN,
      "provider: { name: aws, runtime: nodejs18.x, rolePermissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' }",
      SECTION,
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "shared-role",
    yml: lines(PLUGIN, provider("iam: { role: 'arn:aws:iam::123456789012:role/all' }"), SECTION, hello(HTTP)),
    guarded: GUARDED,
  },
  {
    name: "extended-by-the-service",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST),
      "resources:\n  extensions:\n    Auth0LambdaFunction: { Properties: { MemorySize: 1024 } }\n    Auth0UnauthorizedResponse: { Properties: { StatusCode: '401' } }",
    ),
    guarded: GUARDED,
    has: [`"MemorySize":1024`],
  },
  {
    name: "websocket",
    yml: lines(PLUGIN, provider(), SECTION, hello(CONNECT, "websocket: $default", "websocket: $disconnect")),
    guarded: { auth0: ["$connect"] },
  },
  {
    name: "websocket-token-in-another-parameter",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        "websocket: { route: $connect, authorizer: { name: auth0, identitySource: [route.request.querystring.token] } }",
      ),
    ),
    guarded: { auth0: ["$connect"] },
    has: [`"AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER":"token"`],
    because: "nothing of a WebSocket is cached, and the function is told the parameter",
  },
  {
    name: "websocket-open",
    because: "anyone could open a connection",
    yml: lines(PLUGIN, provider(), SECTION, hello("websocket: $connect", "websocket: $default")),
    errors: ["unguarded-route: SconnectWebsocketsRoute"],
  },
  {
    name: "three-kinds-of-api",
    yml: lines(PLUGIN, provider(), SECTION, hello(REST, HTTP, CONNECT)),
    guarded: { auth0: ["GET /orders", "GET /orders", "$connect"] },
  },
  {
    name: "three-kinds-with-serverless-3",
    framework: "serverless-3",
    yml: lines(PLUGIN, "provider: { name: aws, runtime: nodejs18.x }", SECTION, hello(REST, HTTP, CONNECT)),
    guarded: { auth0: ["GET /orders", "GET /orders", "$connect"] },
  },
];
