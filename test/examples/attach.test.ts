import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { freePorts, type Ports } from "../../local/ports.ts";
import { signIn } from "../../local/sign-in.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { call, type Attachment } from "../e2e/call.ts";
import { packNpmPackage } from "../tools/npm-package.ts";
import { createConsumer, type Consumer } from "./consumer.ts";

const IMPORTED = { "Fn::ImportValue": "auth0-authorizer-dev-arn" };

const EXAMPLES = [
  {
    example: "attach-rest",
    attachment: "restRequest",
    guarded: ["ApiGatewayMethodHelloGet", "ApiGatewayMethodHelloNameVarGet"],
    authorizer: "Auth0ApiGatewayAuthorizer",
    settings: {
      Type: "REQUEST",
      IdentitySource: "method.request.header.Authorization",
      AuthorizerResultTtlInSeconds: 300,
    },
    urls: ({ http }: Ports) => [`http://localhost:${http}/hello`, `http://localhost:${http}/hello/you`],
    // serverless-offline calls no authorizer without its identity source, as API Gateway does.
    withoutToken: 401,
  },
  {
    example: "attach-http",
    attachment: "httpPolicy",
    guarded: ["HttpApiRouteGetHello", "HttpApiRouteGetHelloNameVar"],
    authorizer: "HttpApiAuthorizerAuth0",
    settings: {
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: false,
      IdentitySource: ["$request.header.Authorization"],
      AuthorizerResultTtlInSeconds: 300,
    },
    urls: ({ http }: Ports) => [`http://localhost:${http}/hello`, `http://localhost:${http}/hello/you`],
    withoutToken: 401,
  },
  {
    example: "attach-websocket",
    attachment: "webSocketProtocol",
    guarded: ["SconnectWebsocketsRoute"],
    authorizer: "Auth0WebsocketsAuthorizer",
    settings: { IdentitySource: ["route.request.header.Sec-WebSocket-Protocol"] },
    urls: ({ webSocket }: Ports) => [`ws://localhost:${webSocket}`],
    // serverless-offline makes every throw of an authorizer a 500 here; API Gateway answers 401.
    withoutToken: 500,
  },
] as const satisfies readonly (Record<string, unknown> & { readonly attachment: Attachment })[];

let tarball: string;
beforeAll(async () => (tarball = await packNpmPackage()));

describe.each(EXAMPLES)("$example, in a folder of its own", (expected) => {
  let consumer: Consumer;
  beforeAll(async () => (consumer = await createConsumer(expected.example, tarball)));
  afterAll(() => consumer.remove());

  describe("packaged", () => {
    let template: Template;
    beforeAll(async () => (template = await consumer.package()));

    test("guards every route with the imported authorizer", () => {
      for (const route of expected.guarded) {
        expect(template.Resources[route]?.Properties).toMatchObject({
          AuthorizationType: "CUSTOM",
          AuthorizerId: { Ref: expected.authorizer },
        });
      }
      const { AuthorizerUri, ...settings } = template.Resources[expected.authorizer]?.Properties ?? {};
      expect(settings).toMatchObject(expected.settings);
      expect(JSON.stringify(AuthorizerUri)).toContain(JSON.stringify(IMPORTED));
    });

    test("lets its own API, and no other, call the authorizer", () => {
      const permissions = getResources(template, "AWS::Lambda::Permission").map(
        ({ properties }) => properties,
      );
      const [permission, ...others] = permissions.filter(
        ({ FunctionName }) => JSON.stringify(FunctionName) === JSON.stringify(IMPORTED),
      );
      expect(others).toEqual([]);
      expect(permission).toMatchObject({ Action: "lambda:InvokeFunction" });
      expect(JSON.stringify(permission?.["SourceArn"])).toMatch(/RestApi|HttpApi|WebsocketsApi/);
    });

    test("brings no authorizer of its own", () => {
      const functions = getResources(template, "AWS::Lambda::Function").map(({ name }) => name);
      expect(functions).not.toContain("Auth0LambdaFunction");
      expect(functions).toContain("HelloLambdaFunction");
    });
  });

  describe("on this machine", () => {
    let tenant: Tenant;
    let urls: readonly string[];
    beforeAll(async () => {
      const ports = await freePorts();
      tenant = await startLocalTenant({ port: ports.tenant });
      urls = expected.urls(ports);
      await consumer.start(expected.attachment === "webSocketProtocol" ? ports.webSocket : ports.http, [
        `--httpPort=${ports.http}`,
        `--websocketPort=${ports.webSocket}`,
        `--lambdaPort=${ports.lambda}`,
        `--param=AUTH0_DOMAIN=${tenant.issuer}`,
        `--param=AUTH0_CLIENT_IDS=${tenant.applications.spa.clientId}`,
      ]);
    });
    afterAll(() => tenant.close());

    test("allows a signed-in user, whom the backend knows", async () => {
      const token = await idToken(tenant);
      const { sub: subject, email } = tenant.users.verified;
      for (const url of urls) {
        expect(await call(expected.attachment, url, token)).toEqual({
          status: 200,
          identity: { subject, email },
        });
      }
    });

    test("rejects a request without a token, or with a wrong one", async () => {
      for (const url of urls) {
        const { status } = await call(expected.attachment, url);
        expect(status).toBe(expected.withoutToken);
        const { identity } = await call(expected.attachment, url, "not.a.token");
        expect(identity).toBeUndefined();
      }
    });
  });
});

async function idToken({ issuer, applications, users }: Tenant): Promise<string> {
  const { clientId, redirectUris } = applications.spa;
  const { email, password } = users.verified;
  const [redirectUri = ""] = redirectUris;
  return (await signIn({ issuer, clientId, redirectUri, email, password })).id_token;
}
