import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";

class Shop extends Stack {
  constructor(app: App) {
    super(app, "Shop", { env: { region: "eu-central-1" } });
    const auth0 = new Auth0Authorizer(this, "Auth0", {
      settings: {
        domain: ["acme.eu.auth0.com"],
        audiences: ["https://api.acme.com/"],
        emailClaim: "https://acme.com/email",
      },
    });
    const hello = new NodejsFunction(this, "Hello", {
      entry: "hello.ts",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
    });
    const api = new HttpApi(this, "Api", { defaultAuthorizer: auth0.httpAuthorizer() });
    api.addRoutes({
      path: "/hello",
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration("Hello", hello),
    });
    new CfnOutput(this, "Url", { value: api.apiEndpoint });
  }
}

new Shop(new App());
