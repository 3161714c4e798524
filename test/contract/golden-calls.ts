import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventBehindAuthorizer } from "../../src/identity/reader/identity-from.ts";
import type { GoldenCase } from "./cases.ts";
import { GOLDEN } from "./golden.ts";

/** One call of a reader, with the event of one gateway. */
export interface GoldenCall extends GoldenCase {
  readonly gateway: string;
  readonly given: EventBehindAuthorizer;
}

/** Every call that the golden files ask for. */
export function goldenCalls(): readonly GoldenCall[] {
  const cases = read("cases.json") as readonly GoldenCase[];
  return readdirSync(GOLDEN)
    .filter((file) => file !== "cases.json")
    .flatMap((file) => {
      const events = read(file) as Readonly<Record<string, EventBehindAuthorizer>>;
      return cases.flatMap((one) => {
        const given = events[one.event];
        return given === undefined ? [] : [{ ...one, gateway: file.replace(".json", ""), given }];
      });
    });
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(GOLDEN, file), "utf8"));
}
