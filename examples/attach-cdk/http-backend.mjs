import process from "node:process";
import { App, Fn, Stack } from "aws-cdk-lib";
import {
  AuthorizationType,
  HttpIntegration,
  IdentitySource,
  RequestAuthorizer,
  ResponseType,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { HttpApi, MappingValue, ParameterMapping } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpUrlIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Function } from "aws-cdk-lib/aws-lambda";

const CORS = { "Access-Control-Allow-Origin": "'*'" };

/** A REST and an HTTP API in front of an HTTP backend: see docs/http-backends.md. */
class HttpBackendStack extends Stack {
  constructor(scope, id, { stage }) {
    super(scope, id);
    const handler = Function.fromFunctionAttributes(this, "Auth0Authorizer", {
      functionArn: Fn.importValue(`auth0-authorizer-${stage}-arn`),
      // Without this, CDK does not let the APIs call a function that it did not make.
      sameEnvironment: true,
    });
    this.attachRest(handler);
    this.attachHttp(handler);
  }

  attachRest(handler) {
    const rest = new RestApi(this, "Rest", { cloudWatchRole: false });
    const restBackend = new HttpIntegration("https://backend.example.com/{proxy}", {
      httpMethod: "ANY",
      options: {
        requestParameters: {
          "integration.request.path.proxy": "method.request.path.proxy",
          "integration.request.header.X-User-Sub": "context.authorizer.sub",
          "integration.request.header.X-User-Email": "context.authorizer.email",
          "integration.request.header.X-User-Roles": "context.authorizer.roles",
        },
      },
    });
    rest.root.addResource("{proxy+}").addMethod("ANY", restBackend, {
      requestParameters: { "method.request.path.proxy": true },
      authorizationType: AuthorizationType.CUSTOM,
      authorizer: new RequestAuthorizer(this, "RestAuth0", {
        handler,
        identitySources: [IdentitySource.header("Authorization")],
      }),
    });
    rest.addGatewayResponse("Unauthorized", {
      type: ResponseType.UNAUTHORIZED,
      responseHeaders: { ...CORS, "WWW-Authenticate": `'Bearer realm="api"'` },
    });
    rest.addGatewayResponse("AccessDenied", { type: ResponseType.ACCESS_DENIED, responseHeaders: CORS });
  }

  attachHttp(handler) {
    const httpBackend = new HttpUrlIntegration("Backend", "https://backend.example.com/{proxy}", {
      parameterMapping: new ParameterMapping()
        .overwriteHeader("x-user-sub", MappingValue.contextVariable("authorizer.sub"))
        .overwriteHeader("x-user-email", MappingValue.contextVariable("authorizer.email"))
        .overwriteHeader("x-user-roles", MappingValue.contextVariable("authorizer.roles")),
    });
    const defaultAuthorizer = new HttpLambdaAuthorizer("HttpAuth0", handler, {
      responseTypes: [HttpLambdaResponseType.IAM],
      identitySource: ["$request.header.Authorization"],
    });
    new HttpApi(this, "Http", { defaultAuthorizer }).addRoutes({
      path: "/{proxy+}",
      integration: httpBackend,
    });
  }
}

const app = new App();
new HttpBackendStack(app, "HttpBackend", { stage: process.env.STAGE ?? "dev" });
app.synth();
