import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";
import { App, Stack } from "aws-cdk-lib";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Architecture, Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";

/** One API of each kind and the authorizer that guards all three, in one stack. */
class OwnStack extends Stack {
  constructor(scope, id) {
    super(scope, id);
    // Replace this with your function: see docs/identity.md for what it reads.
    const hello = new Function(this, "Hello", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = async () => ({ statusCode: 200, body: 'Hello' });"),
      logGroup: new LogGroup(this, "HelloLog", { retention: RetentionDays.ONE_MONTH }),
    });
    const auth0 = new Auth0Authorizer(this, "Auth0", {
      settings: {
        domain: ["acme.eu.auth0.com"],
        audiences: ["https://api.acme.com/"],
        emailClaim: "https://acme.com/email",
      },
    });

    const rest = new RestApi(this, "Rest", {
      cloudWatchRole: false,
      defaultMethodOptions: { authorizer: auth0.restAuthorizer() },
    });
    rest.root.addResource("hello").addMethod("GET", new LambdaIntegration(hello));
    auth0.addGatewayResponses(rest);

    new HttpApi(this, "Http", { defaultAuthorizer: auth0.httpAuthorizer() }).addRoutes({
      path: "/hello",
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration("Hello", hello),
    });

    const webSocketApi = new WebSocketApi(this, "WebSocket", {
      connectRouteOptions: {
        authorizer: auth0.webSocketAuthorizer(),
        integration: new WebSocketLambdaIntegration("Connect", hello),
      },
      defaultRouteOptions: {
        integration: new WebSocketLambdaIntegration("Message", hello),
        returnResponse: true,
      },
    });
    new WebSocketStage(this, "WebSocketStage", { webSocketApi, stageName: "prod", autoDeploy: true });
  }
}

const app = new App();
new OwnStack(app, "OwnStackCdk");
app.synth();
