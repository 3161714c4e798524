import { format } from "prettier";
import { CASES } from "./cases.ts";
import { eventsBehind } from "./events.ts";
import { GATEWAYS, type GatewayName } from "./gateways.ts";

/** The folder of the golden files: `cases.json`, and one file of events for each gateway. */
export const GOLDEN = "test/contract/golden";

/** Every golden file by its path, as it should be now. */
export async function goldenFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([[`${GOLDEN}/cases.json`, await formatted(CASES)]]);
  for (const gateway of Object.keys(GATEWAYS) as GatewayName[]) {
    files.set(`${GOLDEN}/${gateway}.json`, await formatted(await eventsBehind(gateway)));
  }
  return files;
}

function formatted(value: unknown): Promise<string> {
  return format(JSON.stringify(value), { parser: "json", printWidth: 110 });
}
