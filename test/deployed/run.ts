/**
 * Asks a deployed probe what the kit's gateway only claims.
 *
 *     cd test/deployed && npx serverless deploy
 *     npx tsx test/deployed/run.ts --url https://REST.execute-api.REGION.amazonaws.com/variables \
 *       --url https://HTTP.execute-api.REGION.amazonaws.com --url wss://WS.execute-api.REGION.amazonaws.com/probe
 */
import { parseArgs } from "node:util";
import { answerHelp } from "../../tools/build/usage.ts";
import { compare } from "./comparison.ts";
import { remoteProbe } from "./remote-probe.ts";

const USAGE = `Asks a deployed probe what the kit's gateway only claims. It needs an AWS account.

  cd test/deployed && npx serverless deploy
  npx tsx test/deployed/run.ts --url https://… --url https://… --url wss://…

The addresses are the three that the deployment prints.
`;

answerHelp(USAGE);
const { values } = parseArgs({ options: { url: { type: "string", multiple: true } } });
if (values.url === undefined) {
  process.stderr.write(`There is no --url. ${USAGE}`);
  process.exit(1);
}
const comparisons = await compare(await remoteProbe(values.url));
/** What is not verified comes first: these answers are new. */
const openFirst = [...comparisons].sort((a, b) => Math.sign(a.sources.length) - Math.sign(b.sources.length));
for (const { name, kind, sources, kit, other, agree } of openFirst) {
  const known = sources.length === 0 ? "not verified so far: " : "";
  console.log(`${agree ? "as expected" : "DIFFERENT  "}  ${kind.padEnd(27)}  ${known}${name}`);
  if (!agree) console.log(`    the kit: ${JSON.stringify(kit)}\n    here:    ${JSON.stringify(other)}`);
}
const different = comparisons.filter(({ agree }) => !agree).length;
console.log(`${comparisons.length - different} of ${comparisons.length} answers are as expected`);
process.exitCode = comparisons.length > 0 && different === 0 ? 0 : 1;
