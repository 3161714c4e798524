import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Evaluation } from "../../src/testing/gateway/authorization/policy.ts";

/** As much of `@cloud-copilot/iam-simulate` as is used here. Its types are not installed with the project's own. */
interface Simulator {
  readonly runSimulation: (
    simulation: object,
    options: object,
  ) => Promise<{ overallResult?: keyof typeof WORDS }>;
}

const WORDS = {
  Allowed: "allow",
  ExplicitlyDenied: "explicit-deny",
  ImplicitlyDenied: "implicit-deny",
} as const;

const SIMULATOR = fileURLToPath(
  new URL("../iam-simulator/node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js", import.meta.url),
);
if (!existsSync(SIMULATOR))
  throw new Error("The evaluator of IAM policies is not installed: npm run test:all -- simulator");
const { runSimulation } = (await import(SIMULATOR)) as Simulator;

/**
 * What an independent evaluator of IAM policies says to a call of API Gateway, in the testing kit's words.
 *
 * @param time in milliseconds since 1970, UTC
 */
export async function secondOpinion(
  statements: readonly object[],
  arn: string,
  time: number,
): Promise<Evaluation> {
  const result = await runSimulation(
    {
      request: {
        principal: "arn:aws:iam::123456789012:user/caller",
        action: "execute-api:Invoke",
        resource: { resource: arn, accountId: "123456789012" },
        contextVariables: {
          "aws:CurrentTime": new Date(time).toISOString(),
          "aws:EpochTime": String(Math.floor(time / 1000)),
        },
      },
      identityPolicies: [{ name: "policy", policy: { Version: "2012-10-17", Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.overallResult === undefined) throw new Error(JSON.stringify(result));
  return WORDS[result.overallResult];
}
