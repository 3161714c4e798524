import { HTTP, PLUGIN, REST, SECTION, hello, lines, provider, type Service } from "../service.ts";

const WEBPACK =
  'module.exports = { mode: "production", target: "node", entry: require("serverless-webpack").lib.entries };';
const TYPESCRIPT = 'export const handler = async (): Promise<object> => ({ statusCode: 200, body: "ok" });\n';
const GUARDED = { auth0: ["GET /orders"] };
const plugins = (...names: readonly string[]): string => `plugins: [${names.join(", ")}]`;
const OURS = "auth0-api-gateway-authorizer/serverless";

/** Plugins that build a service's code, and files of configuration in other languages. */
export const BUILDERS: readonly Service[] = [
  ...(
    [
      ["webpack-before", [["serverless-webpack", OURS]]],
      ["webpack-after", [[OURS, "serverless-webpack"]]],
    ] as const
  ).map(([name, [names]]) => ({
    name,
    yml: lines(plugins(...names), provider(), SECTION, hello(REST, HTTP)),
    files: { "webpack.config.js": WEBPACK },
    guarded: { auth0: ["GET /orders", "GET /orders"] },
  })),
  {
    name: "webpack-individually",
    yml: lines(
      plugins("serverless-webpack", OURS),
      provider(),
      SECTION,
      "package: { individually: true }",
      hello(REST),
    ),
    files: { "webpack.config.js": WEBPACK },
    guarded: GUARDED,
  },
  {
    name: "webpack-with-serverless-3",
    framework: "serverless-3",
    yml: lines(
      plugins("serverless-webpack", OURS),
      "provider: { name: aws, runtime: nodejs18.x }",
      SECTION,
      hello(REST),
    ),
    files: { "webpack.config.js": WEBPACK },
    guarded: GUARDED,
  },
  {
    name: "bundle",
    yml: lines(
      plugins("serverless-bundle", OURS),
      provider(),
      SECTION.replace(" } }", " }, bundle: { linting: false } }"),
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "plugin-typescript",
    yml: lines(plugins("serverless-plugin-typescript", OURS), provider(), SECTION, hello(HTTP)),
    // It copies the folder of packages that it expects beside the service.
    files: { "hello.ts": TYPESCRIPT, "hello.js": "", "node_modules/empty": "\n" },
    guarded: GUARDED,
  },
  {
    name: "esbuild",
    yml: lines(plugins("serverless-esbuild", OURS), provider(), SECTION, hello(REST)),
    files: { "hello.ts": TYPESCRIPT, "hello.js": "" },
    guarded: GUARDED,
  },
  {
    name: "esbuild-after-individually",
    yml: lines(
      plugins(OURS, "serverless-esbuild"),
      provider(),
      SECTION,
      "package: { individually: true }",
      hello(HTTP),
    ),
    files: { "hello.ts": TYPESCRIPT, "hello.js": "" },
    guarded: GUARDED,
  },
  {
    name: "plugin-that-replaces-replace-all",
    yml: lines(plugins("./throttling.js", OURS), provider(), SECTION, hello(REST)),
    files: {
      "throttling.js":
        "String.prototype.replaceAll = function (search, replacement) { return this.split(search).join(replacement); };\nmodule.exports = class {};\n",
    },
    guarded: GUARDED,
    has: [`"gatewayresponse.header.Access-Control-Allow-Origin":"'*'"`],
    because: "serverless-api-gateway-throttling does this to every plugin of the service",
  },
  {
    name: "package-individually",
    yml: lines(PLUGIN, provider(), SECTION, "package: { individually: true }", hello(REST)),
    guarded: GUARDED,
  },
  {
    name: "serverless-js",
    config: "serverless.js",
    yml: `module.exports = {
      service: "serverless-js",
      provider: { name: "aws", runtime: "nodejs22.x" },
      plugins: ["${OURS}"],
      custom: { auth0Authorizer: { domain: "acme.eu.auth0.com", clientIds: ["WebApp"], snapshot: false } },
      functions: { hello: { handler: "hello.handler", events: [{ http: { path: "orders", method: "get", authorizer: "auth0" } }] } },
    };\n`,
    guarded: GUARDED,
  },
  {
    name: "serverless-ts",
    config: "serverless.ts",
    yml: `const configuration: Record<string, unknown> = {
      service: "serverless-ts",
      provider: { name: "aws", runtime: "nodejs22.x" },
      plugins: ["${OURS}"],
      custom: { auth0Authorizer: { domain: "acme.eu.auth0.com", clientIds: ["WebApp"], snapshot: false } },
      functions: { hello: { handler: "hello.handler", events: [{ httpApi: { path: "/orders", method: "get", authorizer: { name: "auth0" } } }] } },
    };
    module.exports = configuration;\n`,
    guarded: GUARDED,
  },
  {
    name: "plugins-as-an-object",
    yml: lines(`plugins:\n  localPath: ./plugins\n  modules: [${OURS}]`, provider(), SECTION, hello(REST)),
    framework: "serverless-3",
    guarded: GUARDED,
  },
  {
    name: "plugin-by-the-packages-own-name",
    yml: lines("plugins: [auth0-api-gateway-authorizer]", provider(), SECTION, hello(REST)),
    guarded: GUARDED,
  },
  {
    name: "python-service",
    yml: lines(PLUGIN, "provider: { name: aws, runtime: python3.12 }", SECTION, hello(REST)),
    files: { "hello.py": "def handler(event, context):\n    return {'statusCode': 200}\n" },
    guarded: GUARDED,
    has: ["nodejs24.x"],
  },
  {
    name: "layers-vpc-tracing-and-a-key",
    yml: lines(
      PLUGIN,
      provider(
        "layers: ['arn:aws:lambda:us-east-1:123456789012:layer:x:1'], tracing: { lambda: true }, kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/x', " +
          "vpc: { securityGroupIds: [sg-1], subnetIds: [subnet-1] }, logs: { lambda: { logFormat: JSON, applicationLogLevel: ERROR, logGroup: /acme/all } }",
      ),
      SECTION,
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "warmup",
    yml: lines(
      plugins("serverless-plugin-warmup", OURS),
      provider(),
      SECTION.replace(" } }", " }, warmup: { default: { enabled: true } } }"),
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "iam-roles-per-function",
    yml: lines(plugins("serverless-iam-roles-per-function", OURS), provider(), SECTION, hello(REST)),
    guarded: GUARDED,
  },
  {
    name: "dotenv",
    yml: lines(plugins("serverless-dotenv-plugin", OURS), provider(), SECTION, hello(REST)),
    files: { ".env": "AUTH0_CLIENT_SECRET=hidden\nDB_PASSWORD=hidden\n" },
    guarded: GUARDED,
  },
  {
    name: "custom-domain",
    yml: lines(
      plugins("serverless-domain-manager", OURS),
      provider(),
      SECTION.replace(
        " } }",
        " }, customDomain: { domainName: api.acme.com, basePath: orders, createRoute53Record: false } }",
      ),
      hello(REST),
    ),
    guarded: GUARDED,
  },
  {
    name: "custom-domain-http",
    yml: lines(
      plugins("serverless-domain-manager", OURS),
      provider(),
      SECTION.replace(
        " } }",
        " }, customDomain: { http: { domainName: api.acme.com, endpointType: regional, createRoute53Record: false } } }",
      ),
      hello(HTTP),
    ),
    guarded: GUARDED,
  },
];
