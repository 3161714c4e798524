/**
 * The rooms of the product from the ground up. A room imports what lies below its own floor, and nothing else of `src`
 * and `local`. The local tenant lies outside of `src`, because it is bundled with packages that the product does not need.
 */
const FLOORS = [
  ["src/errors.ts", "src/rfc3339.ts", "src/http/", "src/settings/", "local/sign-in.ts"],
  ["src/apigateway/", "src/token/", "src/logging/", "local/tenant/"],
  ["src/identity/", "src/revocation/", "src/deploy/"],
  ["src/authorizer/", "src/testing/"],
  ["src/handler.ts", "src/index.ts", "src/verifier.ts", "src/cli/"],
];

const directions = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `${room.replace(/^src\/|\.ts$|\/$/g, "").replace("/", "-")}-imports-down`,
    severity: "error",
    from: { path: toPattern([room]) },
    to: { path: "^(src|local)/", pathNot: toPattern([room, ...FLOORS.slice(0, floor).flat()]) },
  })),
);

function toPattern(rooms) {
  return `^(${rooms.join("|").replaceAll(".", "\\.")})`;
}

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...directions,
    {
      name: "reader-stands-alone",
      comment: "identityFrom is bundled into other people's functions",
      severity: "error",
      from: { path: "^src/identity/reader/" },
      to: { pathNot: "^src/identity/reader/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-verifier-of-signatures",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/token/signature\\.ts$" },
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
