import { beforeAll, describe, expect, test } from "@jest/globals";
import { createCampaigns, type Campaigns, type Tally } from "./campaign.ts";
import { readCorpus } from "./corpus.ts";

/** Keys are slow to make, and a busy machine is slower. */
/** The same every time; the long form, `fuzz.ts --full`, takes a new one. */
const SEED = 20_261_122;

let campaigns: Campaigns;

beforeAll(() => {
  campaigns = createCampaigns();
});

function failures({ wronglyAllowed, wronglyRejected, unclassified, leaked }: Tally): object {
  return { wronglyAllowed, wronglyRejected, unclassified, leaked, findings: campaigns.findings };
}

const NONE = { wronglyAllowed: 0, wronglyRejected: 0, unclassified: 0, leaked: 0, findings: [] };

describe("no caller is allowed who should not be, and none rejected who should be allowed,", () => {
  test("all that was wrong before", async () => {
    const tally = await campaigns.replay(readCorpus());
    expect(tally.tried).toBeGreaterThan(0);
    expect(failures(tally)).toEqual(NONE);
  });

  test.each([
    ["mutated", 10_000],
    ["signed", 1500],
    ["events", 5000],
  ] as const)("with %s tokens and events: %d", async (name, runs) => {
    const tally = await campaigns.run(name, runs, SEED);
    expect(failures(tally)).toEqual(NONE);
    expect(tally.tried).toBe(runs);
    expect(tally.allowed).toBeGreaterThan(runs / 20);
    expect(tally.allowed).toBeLessThan(runs / 2);
  });
});
