import type { TemplateService } from "../template-service.ts";

const HEAD = `import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";
import { App, CfnOutput, Duration, NestedStack, Stack, Stage } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import * as v2 from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { StringParameter } from "aws-cdk-lib/aws-ssm";

const settings = { domain: ["acme.eu.auth0.com"], audiences: ["https://api.acme.com/"], emailClaim: "https://acme.com/email" };
const code = lambda.Code.fromInline("exports.handler = async () => ({ statusCode: 200 })");
const orders = (scope, id = "Orders") => new lambda.Function(scope, id, { runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code });
const app = new App({ outdir: import.meta.dirname + "/cdk.out" });
`;

type Others = Omit<TemplateService, "name" | "tool" | "files" | "main">;

function cdk(name: string, body: string, others: Others): TemplateService {
  return {
    name,
    tool: "CDK",
    main: "cdk.out",
    files: { "app.mjs": `${HEAD}${body}\napp.synth();\n` },
    ...others,
  };
}

/** The same service in every tool: `GET /orders` for whoever is signed in, `POST /admin` with a permission. */
export const CDK_TWO_AUTHORIZERS = cdk(
  "cdk-two-authorizers",
  `const stack = new Stack(app, "Orders");
const backend = orders(stack);
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const admin = new Auth0Authorizer(stack, "Admin", { settings: { ...settings, requiredPermissions: ["admin"] }, functionName: "orders-admin", memorySize: 256 });
const none = { resultTtl: Duration.seconds(0) };
const rest = new apigateway.RestApi(stack, "Rest", { cloudWatchRole: false, defaultMethodOptions: { authorizer: auth0.restAuthorizer() } });
auth0.addGatewayResponses(rest);
rest.root.addResource("orders").addMethod("GET", new apigateway.LambdaIntegration(backend));
rest.root.addResource("admin").addMethod("POST", new apigateway.LambdaIntegration(backend), { authorizer: admin.restAuthorizer("Rest", none) });
const http = new v2.HttpApi(stack, "Http", { defaultAuthorizer: auth0.httpAuthorizer() });
const integration = new HttpLambdaIntegration("Orders", backend);
http.addRoutes({ path: "/orders", methods: [v2.HttpMethod.GET], integration });
http.addRoutes({ path: "/admin", methods: [v2.HttpMethod.POST], integration, authorizer: admin.httpAuthorizer("Admin", none) });`,
  { routes: ["GET /orders: Auth0", "GET /orders: Auth0", "POST /admin: Admin", "POST /admin: Admin"] },
);

/** Apps of CDK as they are synthesised. */
export const CDK: readonly TemplateService[] = [
  cdk(
    "cdk-rest-api-with-cors",
    `const stack = new Stack(app, "Orders");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings, alarms: {} });
const api = new apigateway.RestApi(stack, "Api", {
  defaultCorsPreflightOptions: { allowOrigins: apigateway.Cors.ALL_ORIGINS, allowMethods: apigateway.Cors.ALL_METHODS },
  defaultMethodOptions: { authorizer: auth0.restAuthorizer() },
  deployOptions: { stageName: "v1" },
});
auth0.addGatewayResponses(api);
const items = api.root.addResource("orders", { defaultIntegration: new apigateway.LambdaIntegration(orders(stack)) });
items.addMethod("GET");
items.addMethod("POST");
items.addResource("{id}").addMethod("DELETE");`,
    {
      routes: ["DELETE /orders/{id}: Auth0", "GET /orders: Auth0", "POST /orders: Auth0"],
      because: "a preflight has no token, and a mock answers it",
    },
  ),
  cdk(
    "cdk-http-api-with-public-health",
    `const stack = new Stack(app, "Orders");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings: { ...settings, httpApiResponse: "simple" } });
const api = new v2.HttpApi(stack, "Api", { defaultAuthorizer: auth0.httpAuthorizer(), corsPreflight: { allowOrigins: ["https://app.acme.com"] } });
const integration = new HttpLambdaIntegration("Orders", orders(stack));
api.addRoutes({ path: "/orders/{id}", methods: [v2.HttpMethod.ANY], integration });
api.addRoutes({ path: "/health", methods: [v2.HttpMethod.GET], integration, authorizer: new v2.HttpNoneAuthorizer() });`,
    { routes: ["ANY /orders/{id}: Auth0", "GET /health: open"], publicRoutes: ["GET /health"] },
  ),
  cdk(
    "cdk-forgotten-method",
    `const stack = new Stack(app, "Orders");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const api = new apigateway.RestApi(stack, "Api", { cloudWatchRole: false });
auth0.addGatewayResponses(api);
const integration = new apigateway.LambdaIntegration(orders(stack));
const authorizer = auth0.restAuthorizer();
api.root.addResource("orders").addMethod("GET", integration, { authorizer });
api.root.addResource("admin").addMethod("POST", integration);`,
    {
      routes: ["GET /orders: Auth0", "POST /admin: open"],
      errors: ["unguarded-route"],
      because: "POST /admin names no authorizer",
    },
  ),
  cdk(
    "cdk-lambda-rest-api",
    `const stack = new Stack(app, "Orders");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const api = new apigateway.LambdaRestApi(stack, "Api", { handler: orders(stack), proxy: true, defaultMethodOptions: { authorizer: auth0.restAuthorizer() } });
auth0.addGatewayResponses(api);`,
    { routes: ["ANY /: Auth0", "ANY /{proxy+}: Auth0"] },
  ),
  cdk(
    "cdk-routes-in-nested-stacks",
    `class Orders extends NestedStack {
  constructor(scope, id, { api, authorizer }) {
    super(scope, id);
    const imported = apigateway.RestApi.fromRestApiAttributes(this, "Api", { restApiId: api.restApiId, rootResourceId: api.restApiRootResourceId });
    imported.root.addResource("orders").addMethod("GET", new apigateway.LambdaIntegration(orders(this)), { authorizer, authorizationType: apigateway.AuthorizationType.CUSTOM });
  }
}
const stack = new Stack(app, "Root");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const api = new apigateway.RestApi(stack, "Api", { cloudWatchRole: false, deploy: false });
api.root.addMethod("ANY", new apigateway.MockIntegration(), { authorizer: auth0.restAuthorizer("Mock") });
auth0.addGatewayResponses(api);
const authorizer = auth0.restAuthorizer();
authorizer._attachToApi(api);
new Orders(stack, "Nested", { api, authorizer });`,
    { routes: ["ANY /: Auth0", "GET /orders: Auth0"] },
  ),
  cdk(
    "cdk-rest-api-of-another-stack",
    `const guard = new Stack(app, "Guard");
const auth0 = new Auth0Authorizer(guard, "Auth0", { settings });
const stack = new Stack(app, "Orders");
const api = new apigateway.RestApi(stack, "Api", { cloudWatchRole: false });
const authorizer = auth0.restAuthorizer("Auth0", { scope: stack });
auth0.addGatewayResponses(api);
api.root.addResource("orders").addMethod("GET", new apigateway.LambdaIntegration(orders(stack)), { authorizer });`,
    {
      routes: ["GET /orders: another stack"],
      because: "the authorizer is in the API's stack, and its function in another",
    },
  ),
  cdk(
    "cdk-openapi",
    `const stack = new Stack(app, "Orders");
const backend = orders(stack);
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const uri = (handler) => \`arn:\${stack.partition}:apigateway:\${stack.region}:lambda:path/2015-03-31/functions/\${handler.functionArn}/invocations\`;
const operation = { security: [{ auth0: [] }], "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri: uri(backend) } };
const api = new apigateway.SpecRestApi(stack, "Api", { cloudWatchRole: false, apiDefinition: apigateway.ApiDefinition.fromInline({
  openapi: "3.0.1",
  info: { title: "orders", version: "1" },
  paths: { "/orders": { get: operation, post: operation } },
  components: { securitySchemes: { auth0: { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": { type: "request", identitySource: "method.request.header.Authorization", authorizerResultTtlInSeconds: 300, authorizerUri: uri(auth0.function) } } } },
}) });
auth0.addGatewayResponses(api);
for (const handler of [backend, auth0.function]) handler.addPermission("Api", { principal: new (await import("aws-cdk-lib/aws-iam")).ServicePrincipal("apigateway.amazonaws.com"), sourceArn: api.arnForExecuteApi() });`,
    { routes: ["GET /orders: Auth0", "POST /orders: Auth0"] },
  ),
  cdk(
    "cdk-stage-with-settings-from-parameter-store",
    `const stage = new Stage(app, "Prod");
const stack = new Stack(stage, "Orders");
const domain = StringParameter.valueForStringParameter(stack, "/acme/auth0/domain");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings: { ...settings, domain: [domain] } });
const api = new v2.HttpApi(stack, "Api", { defaultAuthorizer: auth0.httpAuthorizer() });
api.addRoutes({ path: "/{proxy+}", integration: new HttpLambdaIntegration("Orders", orders(stack)) });`,
    { routes: ["ANY /{proxy+}: Auth0"], because: "the tenant is known at deployment, and checked at start" },
  ),
  cdk(
    "cdk-websocket-with-another-parameter",
    `const stack = new Stack(app, "Chat");
const auth0 = new Auth0Authorizer(stack, "Auth0", { settings });
const backend = orders(stack);
const api = new v2.WebSocketApi(stack, "Api", {
  connectRouteOptions: { authorizer: auth0.webSocketAuthorizer("Auth0", "route.request.querystring.token"), integration: new WebSocketLambdaIntegration("Connect", backend) },
  defaultRouteOptions: { integration: new WebSocketLambdaIntegration("Message", backend) },
});
new v2.WebSocketStage(stack, "Stage", { webSocketApi: api, stageName: "prod", autoDeploy: true });`,
    { routes: ["$connect: Auth0"] },
  ),
  CDK_TWO_AUTHORIZERS,
];
