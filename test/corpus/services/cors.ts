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

/** A gateway response as courses and blogs write it. */
function response(type: string, headers: readonly string[], more = ""): string {
  return `
    ${type.replace("_", "")}Response:
      Type: AWS::ApiGateway::GatewayResponse
      Properties:
        ResponseType: ${type}
        RestApiId: { Ref: ApiGatewayRestApi }
        ResponseParameters:
${headers.map((header) => `          gatewayresponse.header.${header}\n`).join("")}${more}`;
}

const ANY_ORIGIN = [`Access-Control-Allow-Origin: "'*'"`, `Access-Control-Allow-Headers: "'*'"`];
const ONE_ORIGIN = [
  `Access-Control-Allow-Origin: "'https://app.acme.com'"`,
  `Access-Control-Allow-Credentials: "'true'"`,
];

function withResponses(...responses: readonly string[]): string {
  return `resources:\n  Resources:${responses.join("\n")}`;
}

/** Gateway responses of the service's own, and CORS. */
export const CORS: readonly Service[] = [
  {
    name: "default-4xx-with-cors",
    yml: lines(PLUGIN, provider(), SECTION, hello(REST), withResponses(response("DEFAULT_4XX", ANY_ORIGIN))),
    guarded: GUARDED,
    has: ["DEFAULT4XXResponse", "Auth0UnauthorizedResponse"],
  },
  {
    name: "default-4xx-and-5xx",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST),
      withResponses(response("DEFAULT_4XX", ANY_ORIGIN), response("DEFAULT_5XX", ANY_ORIGIN)),
    ),
    guarded: GUARDED,
  },
  {
    name: "default-4xx-in-an-array-of-resources",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST),
      "resources:\n  - Resources:",
      response("DEFAULT_4XX", ANY_ORIGIN).replaceAll("\n", "\n    "),
    ),
    guarded: GUARDED,
  },
  {
    name: "credentials-in-default-4xx",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST.replace("cors: true, ", "")),
      withResponses(response("DEFAULT_4XX", ONE_ORIGIN), response("DEFAULT_5XX", ONE_ORIGIN)),
    ),
    guarded: GUARDED,
    lacks: [`"'*'"`],
    because: "browsers refuse * beside credentials, so the plugin's responses have the service's headers",
  },
  {
    name: "own-unauthorized-response",
    because: "their UNAUTHORIZED stays, and lacks the WWW-Authenticate that RFC 9110 demands of a 401",
    yml: lines(PLUGIN, provider(), SECTION, hello(REST), withResponses(response("UNAUTHORIZED", ANY_ORIGIN))),
    guarded: GUARDED,
    warnings: ["no-challenge-on-401"],
    has: ["UNAUTHORIZEDResponse", "Auth0AccessDeniedResponse"],
    lacks: ["Auth0UnauthorizedResponse"],
  },
  {
    name: "own-access-denied-with-a-message",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(REST),
      withResponses(
        response(
          "ACCESS_DENIED",
          ANY_ORIGIN,
          `        StatusCode: "403"\n        ResponseTemplates: { application/json: '{"message":$context.error.messageString}' }\n`,
        ),
      ),
    ),
    guarded: GUARDED,
    lacks: ["Auth0AccessDeniedResponse"],
  },
  {
    name: "default-4xx-without-plugin-responses",
    because: "DEFAULT_4XX has CORS headers, so that only WWW-Authenticate is missing",
    yml: lines(
      PLUGIN,
      provider(),
      sectionWith("gatewayResponses: false"),
      hello(REST),
      withResponses(response("DEFAULT_4XX", ANY_ORIGIN)),
    ),
    guarded: GUARDED,
    warnings: ["no-challenge-on-401"],
    lacks: ["Auth0UnauthorizedResponse"],
  },
  {
    name: "no-gateway-responses",
    because: "pages of another origin read neither 401 nor 403, and the 401 has no challenge",
    yml: lines(PLUGIN, provider(), sectionWith("gatewayResponses: false"), hello(REST)),
    guarded: GUARDED,
    warnings: ["no-cors-on-401", "no-cors-on-403", "no-challenge-on-401"],
  },
  {
    name: "several-origins-with-credentials",
    yml: lines(
      PLUGIN,
      provider(),
      sectionWith("corsOrigin: [https://a.acme.com, https://b.acme.com], corsCredentials: true"),
      hello(REST),
    ),
    guarded: GUARDED,
    has: ["method.request.header.Origin", `"'true'"`],
  },
  {
    name: "origins-in-one-text",
    because: "a header takes one origin: pages of neither could read the answer",
    yml: lines(PLUGIN, provider(), sectionWith(`corsOrigin: "https://a.com/, https://b.com"`), hello(REST)),
    errors: ["corsOrigin must be *, or origins such as https://app.acme.com"],
  },
  {
    name: "credentials-for-any-origin",
    because: "browsers refuse * beside credentials",
    yml: lines(PLUGIN, provider(), sectionWith("corsCredentials: true"), hello(REST)),
    errors: ["corsCredentials needs corsOrigin"],
  },
  {
    name: "http-api-with-cors",
    yml: lines(PLUGIN, provider("httpApi: { cors: true }"), SECTION, hello(HTTP)),
    guarded: GUARDED,
  },
  {
    name: "http-api-open-preflight",
    yml: lines(
      PLUGIN,
      provider(),
      SECTION,
      hello(
        "httpApi: { path: '/{proxy+}', method: '*', authorizer: { name: auth0 } }",
        "httpApi: { path: '/{proxy+}', method: options }",
      ),
    ),
    guarded: { auth0: ["ANY /{proxy+}"] },
    open: ["OPTIONS /{proxy+}"],
    because: "AWS's own advice: a preflight has no token",
  },
];
