/** The direction of imports: handler → authorizer → {apigateway, oauth, identity, decision, log} → refusal. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "oauth-knows-no-gateway",
      comment: "oauth speaks RFC words only",
      severity: "error",
      from: { path: "^src/oauth/" },
      to: { path: "^src/", pathNot: "^src/(oauth/|refusal\\.ts$)" },
    },
    {
      name: "gateway-knows-no-oauth",
      comment: "apigateway speaks AWS words only",
      severity: "error",
      from: { path: "^src/apigateway/" },
      to: {
        path: "^src/",
        pathNot: "^src/(apigateway/|refusal\\.ts$|date-time\\.ts$|decision\\.ts$|identity\\.ts$)",
      },
    },
    {
      name: "leaves-know-nothing",
      severity: "error",
      from: { path: "^src/(refusal|date-time|edit-distance|email-address)\\.ts$" },
      to: { path: "^src/" },
    },
    {
      name: "only-the-top-knows-the-authorizer",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(handler\\.ts$|testing/|cli/)" },
      to: { path: "^src/(authorizer|handler)\\.ts$" },
    },
    {
      name: "the-tool-stands-apart",
      comment: "what runs in Lambda carries nothing of the terminal tool",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "downstream-stands-alone",
      comment: "identityFrom is bundled into other people's Lambdas",
      severity: "error",
      from: { path: "^src/downstream/" },
      to: { pathNot: "^src/downstream/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-judge-of-signatures",
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
