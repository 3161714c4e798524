/** The direction of imports: handler → authorizer → evaluation → {apigateway, oauth, identity, decision} → refusal. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "oauth-knows-no-gateway",
      comment: "oauth speaks RFC words only",
      severity: "error",
      from: { path: "^src/oauth/" },
      to: { path: "^src/", pathNot: "^src/(oauth/|remote/|(reasons|refusal|step)\\.ts$)" },
    },
    {
      name: "gateway-knows-no-oauth",
      comment: "apigateway speaks AWS words only",
      severity: "error",
      from: { path: "^src/apigateway/" },
      to: {
        path: "^src/",
        pathNot: "^src/(apigateway/|(reasons|refusal|date-time|decision|identity|context)\\.ts$)",
      },
    },
    {
      name: "leaves-know-nothing",
      severity: "error",
      from: { path: "^src/(reasons|refusal|date-time|step|email-address)\\.ts$" },
      to: { path: "^src/", pathNot: "^src/reasons\\.ts$" },
    },
    {
      name: "a-remote-copy-knows-nothing-of-keys",
      severity: "error",
      from: { path: "^src/remote/" },
      to: { path: "^src/", pathNot: "^src/remote/" },
    },
    {
      name: "revocations-know-no-gateway",
      severity: "error",
      from: { path: "^src/revocations/" },
      to: { path: "^src/", pathNot: "^src/(revocations/|remote/|oauth/(claims|jwt)\\.ts$|refusal\\.ts$)" },
    },
    {
      name: "what-reads-a-table-is-loaded-late",
      comment: "only where there is a table: a file of its own in Lambda",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(revocations|cli|testing)/" },
      to: {
        path: "^src/revocations/(dynamodb|item|revoked-tokens|table-reader)\\.ts$",
        dependencyTypesNot: ["type-only", "dynamic-import"],
      },
    },
    {
      name: "only-the-top-knows-the-authorizer",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/((index|handler)\\.ts$|testing/|cli/)" },
      to: { path: "^src/(authorizer|handler)\\.ts$" },
    },
    {
      name: "the-tool-stands-apart",
      comment: "what runs in Lambda carries nothing of the terminal tool",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(cli|serverless)/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "what-deploys-stands-apart",
      comment: "what runs in Lambda carries nothing of templates, nor of the plugin",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(cli|serverless|template)/" },
      to: { path: "^src/(serverless|template)/" },
    },
    {
      name: "templates-know-only-settings",
      severity: "error",
      from: { path: "^src/template/" },
      to: { path: "^src/", pathNot: "^src/(template|settings)/" },
    },
    {
      name: "reader-stands-alone",
      comment: "identityFrom is bundled into other people's Lambdas",
      severity: "error",
      from: { path: "^src/reader/" },
      to: { pathNot: "^src/reader/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-needs-the-verifier",
      comment: "a door for code without an authorizer: the Lambda carries nothing of it",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/verifier\\.ts$" },
      to: { path: "^src/verifier\\.ts$" },
    },
    {
      name: "one-verifier-of-signatures",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/oauth/signature\\.ts$" },
      to: { path: "aws-jwt-verify" },
    },
    {
      name: "production-needs-no-development-dependency",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
