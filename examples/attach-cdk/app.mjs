import process from "node:process";
import { App, Duration, Fn, Stack } from "aws-cdk-lib";
import {
  AuthorizationType,
  IdentitySource,
  LambdaIntegration,
  RequestAuthorizer,
  ResponseType,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  WebSocketLambdaAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Architecture, Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";

const TTL = Duration.minutes(5);
const CORS = { "Access-Control-Allow-Origin": "'*'" };

/** One API of each kind, whose callers the deployed authorizer allows. */
class AttachStack extends Stack {
  constructor(scope, id, { stage }) {
    super(scope, id);
    const authorizer = Function.fromFunctionAttributes(this, "Auth0Authorizer", {
      functionArn: Fn.importValue(`auth0-authorizer-${stage}-arn`),
      // Without this, CDK does not let the APIs call a function that it did not make.
      sameEnvironment: true,
    });
    // Replace this with your function: see docs/identity.md for what it reads.
    const hello = new Function(this, "Hello", {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = async () => ({ statusCode: 200, body: 'Hello' });"),
      logGroup: new LogGroup(this, "HelloLog", { retention: RetentionDays.ONE_MONTH }),
    });
    this.attachRest(authorizer, hello);
    this.attachHttp(authorizer, hello);
    this.attachWebSocket(authorizer, hello);
  }

  attachRest(handler, hello) {
    const api = new RestApi(this, "Rest", { cloudWatchRole: false });
    api.root.addResource("hello").addMethod("GET", new LambdaIntegration(hello), {
      authorizationType: AuthorizationType.CUSTOM,
      authorizer: new RequestAuthorizer(this, "RestAuth0", {
        handler,
        identitySources: [IdentitySource.header("Authorization")],
        resultsCacheTtl: TTL,
      }),
    });
    api.addGatewayResponse("Unauthorized", {
      type: ResponseType.UNAUTHORIZED,
      responseHeaders: { ...CORS, "WWW-Authenticate": `'Bearer realm="api"'` },
    });
    api.addGatewayResponse("AccessDenied", { type: ResponseType.ACCESS_DENIED, responseHeaders: CORS });
  }

  attachHttp(handler, hello) {
    const authorizer = new HttpLambdaAuthorizer("HttpAuth0", handler, {
      responseTypes: [HttpLambdaResponseType.IAM],
      identitySource: ["$request.header.Authorization"],
      resultsCacheTtl: TTL,
    });
    new HttpApi(this, "Http", { defaultAuthorizer: authorizer }).addRoutes({
      path: "/hello",
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration("HttpHello", hello),
    });
  }

  attachWebSocket(handler, hello) {
    const webSocketApi = new WebSocketApi(this, "WebSocket", {
      connectRouteOptions: {
        integration: new WebSocketLambdaIntegration("ConnectHello", hello),
        authorizer: new WebSocketLambdaAuthorizer("WebSocketAuth0", handler, {
          identitySource: ["route.request.querystring.access_token"],
        }),
      },
      // Every message of a connection has the identity with which it began.
      defaultRouteOptions: {
        integration: new WebSocketLambdaIntegration("MessageHello", hello),
        returnResponse: true,
      },
    });
    new WebSocketStage(this, "WebSocketStage", { webSocketApi, stageName: "prod", autoDeploy: true });
  }
}

const app = new App();
new AttachStack(app, "AttachCdk", { stage: process.env.STAGE ?? "dev" });
app.synth();
