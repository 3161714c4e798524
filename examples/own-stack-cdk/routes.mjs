import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";
import { App, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";

/** An HTTP API whose routes ask for different permissions. */
class Routes extends Stack {
  constructor(scope, id) {
    super(scope, id);
    const handler = new Function(this, "Orders", {
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = async () => ({ statusCode: 200, body: 'Hello' });"),
    });
    const integration = new HttpLambdaIntegration("OrdersIntegration", handler);
    const auth0 = new Auth0Authorizer(this, "Auth0", {
      settings: {
        domain: ["acme.eu.auth0.com"],
        audiences: ["https://api.acme.com/"],
        emailClaim: "https://acme.com/email",
      },
    });
    const http = new HttpApi(this, "Http", { defaultAuthorizer: auth0.httpAuthorizer() });

    const orders = http.addRoutes({ path: "/orders/{id}", methods: [HttpMethod.GET], integration });
    auth0.requirePermissions(orders, "read:orders");
    // At a route without permissions, any signed-in caller may call.
    http.addRoutes({ path: "/hello", methods: [HttpMethod.GET], integration });
  }
}

const app = new App();
new Routes(app, "Routes");
app.synth();
