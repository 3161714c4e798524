/** The rooms of `src` from the ground up. A room imports what lies below its own floor, and nothing else of `src`. */
const FLOORS = [
  ["errors.ts", "rfc3339.ts", "http/", "settings/"],
  ["apigateway/", "token/", "logging/"],
  ["identity/", "revocation/", "deploy/"],
  ["authorizer/", "testing/"],
  ["handler.ts", "index.ts", "verifier.ts", "cli/"],
];

const directions = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `${room.replace(/\W.*/, "")}-imports-down`,
    severity: "error",
    from: { path: toPattern([room]) },
    to: { path: "^src/", pathNot: toPattern([room, ...FLOORS.slice(0, floor).flat()]) },
  })),
);

function toPattern(rooms) {
  return `^src/(${rooms.join("|").replaceAll(".", "\\.")})`;
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
