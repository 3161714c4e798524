import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import { goldenCalls } from "../contract/golden-calls.ts";
import { FOREIGN_READERS, missingCommand, outcomesOf, type Outcome } from "./readers.ts";

/** To compile takes a while on a busy machine. */
jest.setTimeout(300_000);

/** Where every language must be there: set by CI. Elsewhere the tests of one that is not are skipped, and say so. */
const REQUIRED = process.env["READER_LANGUAGES"] === "all";

describe.each(FOREIGN_READERS.map((reader) => [reader.language, reader] as const))(
  "the reader in %s",
  (language, reader) => {
    const missing = missingCommand(reader);
    if (missing !== undefined && !REQUIRED) {
      process.stderr.write(`${missing} is not on this machine: the reader in ${language} was not tested.\n`);
      test.skip(`is not tested, because ${missing} is not on this machine`, () => undefined);
      return;
    }

    let outcomes: ReadonlyMap<string, Outcome["outcome"]>;
    beforeAll(async () => {
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
