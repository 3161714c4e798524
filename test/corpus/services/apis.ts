import {
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
const OURS = "auth0-api-gateway-authorizer/serverless";
const TWO =
  "custom: { auth0Authorizer: { domain: acme.eu.auth0.com, audiences: https://api.acme.com/, emailPolicy: optional, snapshot: false, authorizers: { " +
  "auth0: , admin: { requiredPermissions: admin, resultTtlSeconds: 0, memorySize: 256 } } } }";
const TWO_ROUTES = [
  REST,
  "http: { path: admin, method: any, authorizer: admin }",
  HTTP,
  "httpApi: { path: /admin, method: post, authorizer: admin }",
];
const TWO_GUARDED = {
  auth0: ["GET /orders", "GET /orders"],
  admin: ["ANY /admin", "POST /admin"],
};

/** serverless-plugin-split-stacks asks AWS what is deployed: nothing yet. */
const NO_STACK = {
  "no-stack.js": `module.exports = class {
    constructor(serverless) {
      serverless.getProvider("aws").getCredentials = () => ({ credentials: { accessKeyId: "x", secretAccessKey: "x" } });
      const { CloudFormationClient } = require(require.resolve("@aws-sdk/client-cloudformation", {
        paths: [require.resolve("serverless-plugin-split-stacks")],
      }));
      CloudFormationClient.prototype.send = async ({ input }) => {
        throw new Error("Stack with id " + input.StackName + " does not exist");
      };
    }
  };`,
};

/** APIs of other stacks, split services, several authorizers, and routes without one. */
export const APIS: readonly Service[] = [
  {
    name: "rest-api-of-another-stack",
    yml: lines(
      PLUGIN,
      provider(
        "apiGateway: { restApiId: { Fn::ImportValue: api }, restApiRootResourceId: { Fn::ImportValue: root } }",
      ),
      SECTION,
      hello(REST),
    ),
    guarded: GUARDED,
    lacks: ["GatewayResponse"],
    because: "services that share an API would take turns in replacing its responses",
  },
  {
    name: "rest-api-of-another-stack-with-paths",
    yml: lines(
      PLUGIN,
      provider(
        "apiGateway: { restApiId: abc, restApiRootResourceId: root, restApiResources: { /v1/orders: res1 } }",
      ),
      sectionWith("publicRoutes: [GET /v1/orders/open]"),
      hello(
        "http: { path: v1/orders/mine, method: get, authorizer: auth0 }",
        "http: { path: v1/orders/open, method: get }",
      ),
    ),
    guarded: { auth0: ["GET /v1/orders/mine"] },
    open: ["GET /v1/orders/open"],
  },
  {
    name: "imported-path-does-not-excuse-its-child",
    because: "GET /users is listed as public, and the open route is GET /admin/users",
    yml: lines(
      PLUGIN,
      provider(
        "apiGateway: { restApiId: abc, restApiRootResourceId: root, restApiResources: { /admin: res1 } }",
      ),
      sectionWith("publicRoutes: [GET /users]"),
      hello(REST, "http: { path: admin/users, method: get }"),
    ),
    errors: ["GET /admin/users has no authorizer"],
    warnings: ["unknown-public-route"],
  },
  {
    name: "http-api-of-another-stack",
    yml: lines(PLUGIN, provider("httpApi: { id: { Fn::ImportValue: http-api } }"), SECTION, hello(HTTP)),
    guarded: GUARDED,
    has: [`"ApiId":{"Fn::ImportValue":"http-api"}`, `"EnableSimpleResponses":false`],
  },
  {
    name: "http-api-of-another-stack-with-serverless-3",
    framework: "serverless-3",
    yml: lines(
      PLUGIN,
      "provider: { name: aws, runtime: nodejs18.x, httpApi: { id: abc123 } }",
      SECTION,
      hello("httpApi: { path: /orders, method: get, authorizer: auth0 }"),
    ),
    guarded: GUARDED,
  },
  {
    name: "http-api-of-another-stack-where-only-rest-is-guarded",
    yml: lines(PLUGIN, provider("httpApi: { id: abc123 }"), SECTION, hello(REST)),
    guarded: GUARDED,
    lacks: ["AWS::ApiGatewayV2::Authorizer"],
  },
  {
    name: "http-authorizer-extended-by-the-service",
    yml: lines(
      PLUGIN,
      provider(
        "httpApi: { authorizers: { auth0: { type: request, identitySource: [$request.header.Authorization, $request.header.X-Tenant], resultTtlInSeconds: 30 } } }",
      ),
      SECTION,
      hello(HTTP),
    ),
    guarded: GUARDED,
    has: ["$request.header.X-Tenant", `"AuthorizerResultTtlInSeconds":30`],
  },
  {
    name: "jwt-authorizer-of-the-same-name",
    because: "the route would be guarded by one of the two, and no one could say by which",
    yml: lines(
      PLUGIN,
      provider(
        "httpApi: { authorizers: { auth0: { type: jwt, identitySource: $request.header.Authorization, issuerUrl: 'https://acme.eu.auth0.com/', audience: [x] } } }",
      ),
      SECTION,
      hello(HTTP),
    ),
    errors: ["provider.httpApi.authorizers.auth0 is another authorizer already"],
  },
  {
    name: "jwt-authorizer-beside",
    yml: lines(
      PLUGIN,
      provider(
        "httpApi: { authorizers: { native: { type: jwt, identitySource: $request.header.Authorization, issuerUrl: 'https://acme.eu.auth0.com/', audience: [x] } } }",
      ),
      SECTION,
      hello(HTTP, "httpApi: { path: /native, method: get, authorizer: { name: native } }"),
    ),
    guarded: GUARDED,
  },
  {
    name: "simple-responses",
    yml: lines(PLUGIN, provider(), sectionWith("httpApiResponse: simple"), hello(HTTP)),
    guarded: GUARDED,
    has: [`"EnableSimpleResponses":true`, `"AuthorizerResultTtlInSeconds":60`],
  },
  {
    name: "split-by-function",
    files: NO_STACK,
    yml: lines(
      `plugins: [./no-stack, serverless-plugin-split-stacks, ${OURS}]`,
      provider(),
      sectionWith("alarms: false", "splitStacks: { perFunction: true, perType: false }"),
      hello(REST, HTTP),
      "  other:\n    handler: hello.handler\n    events:\n      - http: { path: admin, method: delete, authorizer: auth0 }",
    ),
    guarded: { auth0: ["GET /orders", "GET /orders", "DELETE /admin"] },
  },
  {
    name: "split-by-type-open-route",
    because: "the open route is in a nested template",
    files: NO_STACK,
    yml: lines(
      `plugins: [./no-stack, ${OURS}, serverless-plugin-split-stacks]`,
      provider(),
      sectionWith("publicRoutes: [GET /]", "splitStacks: { perFunction: false, perType: true }"),
      hello(REST, "http: { path: /, method: get }", "http: { path: admin/users, method: get }"),
    ),
    errors: ["GET /admin/users has no authorizer"],
  },
  {
    name: "split-by-function-open-route",
    because: "the open route is in a nested template",
    files: NO_STACK,
    yml: lines(
      `plugins: [./no-stack, serverless-plugin-split-stacks, ${OURS}]`,
      provider(),
      sectionWith("alarms: false", "splitStacks: { perFunction: true, perType: false }"),
      hello(REST, "http: { path: admin/users, method: delete }"),
    ),
    errors: ["DELETE /admin/users has no authorizer"],
  },
  {
    name: "several-authorizers",
    yml: lines(PLUGIN, provider(), TWO, hello(...TWO_ROUTES)),
    guarded: TWO_GUARDED,
    has: [`"AUTH0_REQUIRED_PERMISSIONS":"admin"`],
  },
  {
    name: "several-authorizers-with-serverless-3",
    framework: "serverless-3",
    yml: lines(PLUGIN, "provider: { name: aws, runtime: nodejs18.x }", TWO, hello(...TWO_ROUTES)),
    guarded: TWO_GUARDED,
  },
  {
    name: "several-authorizers-with-revocations",
    yml: lines(
      PLUGIN,
      provider(),
      TWO.replace("snapshot: false", "snapshot: false, revocations: true"),
      hello(...TWO_ROUTES),
    ),
    guarded: TWO_GUARDED,
    has: [`"Roles":[{"Ref":"Auth0AuthorizerRole"},{"Ref":"AdminAuthorizerRole"}]`],
  },
  {
    name: "several-authorizers-with-revocations-beside-none",
    because: "the table belongs to the authorizer auth0",
    yml: lines(
      PLUGIN,
      provider(),
      TWO.replace("snapshot: false", "snapshot: false, revocations: true").replace("auth0: ,", "users: ,"),
      hello(...TWO_ROUTES.map((route) => route.replaceAll("auth0", "users"))),
    ),
    errors: ["revocations needs an authorizer named auth0"],
  },
  {
    name: "several-authorizers-misplaced-option",
    because: "alarms are the service's, and the option would be ignored",
    yml: lines(PLUGIN, provider(), TWO.replace("memorySize: 256", "alarms: false"), hello(...TWO_ROUTES)),
    errors: ["authorizers.admin.alarms applies to the whole service"],
  },
  {
    name: "further-identity-sources",
    yml: lines(
      PLUGIN,
      provider(),
      sectionWith("resultTtlSeconds: 120, identitySources: [header.X-Tenant, context.path]"),
      hello(REST, HTTP),
    ),
    guarded: { auth0: ["GET /orders", "GET /orders"] },
    has: [
      "method.request.header.Authorization, method.request.header.X-Tenant, context.path",
      "$context.path",
    ],
  },
  {
    name: "token-authorizer-with-another-header",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        "http: { path: orders, method: get, authorizer: { name: auth0, type: token, identitySource: method.request.header.X-Auth, resultTtlInSeconds: 0 } }",
      ),
    ),
    guarded: GUARDED,
    because: "nothing is cached, and the token is the identity source",
  },
  {
    name: "validation-expression-without-an-underscore",
    because: "most tokens have an underscore, and get a 401 before the authorizer is asked",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        "http: { path: orders, method: get, cors: true, authorizer: { name: auth0, identityValidationExpression: '^Bearer [-0-9a-zA-Z\\.]*$' } }",
      ),
    ),
    guarded: { auth0: ["GET /orders"] },
    warnings: ["token-not-matched"],
  },
  {
    name: "function-url-on-a-guarded-function",
    because: "the function's own address goes around the authorizer",
    yml: lines(PLUGIN, provider(), SECTION, hello(HTTP), "    url: true"),
    errors: ["guarded-function-url"],
  },
  {
    name: "identity-source-without-the-token",
    because: "callers of one tenant would get each other's answers from the cache",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        "http: { path: orders, method: get, authorizer: { name: auth0, type: request, identitySource: method.request.header.X-Tenant } }",
      ),
    ),
    errors: ["identity-source-without-token"],
  },
  {
    name: "answers-kept-for-an-hour",
    because: "a user who was denied, or revoked, goes on as before for an hour",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello("http: { path: orders, method: get, authorizer: { name: auth0, resultTtlInSeconds: 3600 } }"),
    ),
    guarded: GUARDED,
    warnings: ["authorizer-ttl"],
  },
  {
    name: "open-route-among-guarded-ones",
    because: "POST /users names no authorizer",
    yml: lines(PLUGIN, provider(), SECTION, hello(REST, "http: { path: users, method: post }")),
    errors: ["POST /users has no authorizer"],
  },
  {
    name: "open-route-that-is-listed",
    yml: lines(
      PLUGIN,
      provider(),
      sectionWith("publicRoutes: [GET /health]"),
      hello(HTTP, "httpApi: GET /health"),
    ),
    guarded: GUARDED,
    open: ["GET /health"],
  },
  {
    name: "listed-route-that-is-gone",
    because: "GET /helth is misspelled",
    yml: lines(PLUGIN, provider(), sectionWith("publicRoutes: [GET /helth]"), hello(HTTP)),
    guarded: GUARDED,
    warnings: ["unknown-public-route"],
  },
  {
    name: "route-with-an-api-key",
    yml: lines(
      PLUGIN,
      provider("apiGateway: { apiKeys: [partner] }"),
      SECTION,
      hello(REST, "http: { path: partner, method: get, private: true }"),
    ),
    guarded: GUARDED,
    warnings: ["api-key-route"],
    because: "an API key names an application and no user: the author says whether that is enough",
  },
  {
    name: "misspelt-section",
    because: "the plugin would see no settings",
    yml: lines(PLUGIN, provider(), SECTION.replace("auth0Authorizer", "auth0Autorizer"), hello(REST)),
    errors: ["custom.auth0Autorizer"],
  },
];
