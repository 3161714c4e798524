import { beforeAll, describe, expect, test } from "@jest/globals";
import { goldenCalls } from "../contract/golden-calls.ts";
import { FOREIGN_READERS, missingCommand, outcomesOf, type Outcome } from "./readers.ts";

/** To compile takes a while on a busy machine. */
describe.each(FOREIGN_READERS.map((reader) => [reader.language, reader] as const))(
  "the reader in %s",
  (_language, reader) => {
    let outcomes: ReadonlyMap<string, Outcome["outcome"]>;
    beforeAll(async () => {
      const missing = missingCommand(reader);
      if (missing !== undefined)
        throw new Error(`${missing} is not on this machine: install it, and run this again`);
      outcomes = new Map(
        (await outcomesOf(reader)).map(({ gateway, name, outcome }) => [`${gateway}: ${name}`, outcome]),
      );
    });

    test.each(goldenCalls().map((call) => [`${call.gateway}: ${call.name}`, call.expected] as const))(
      "%s",
      (name, expected) => {
        expect(outcomes.get(name)).toEqual(expected);
      },
    );
  },
);
