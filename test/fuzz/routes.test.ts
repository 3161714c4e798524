import { expect, test } from "@jest/globals";
import { runRouteCampaign } from "./route-campaign.ts";

/** The same every time; `fuzz.ts` takes a new one. */
const SEED = 20_261_130;

test("no token is accepted without the permissions of its route, and none is rejected that has them", async () => {
  const { wronglyAllowed, wronglyRejected, tried, accepted } = await runRouteCampaign(120, SEED);
  expect({
    wronglyAllowed: wronglyAllowed.slice(0, 3),
    wronglyRejected: wronglyRejected.slice(0, 3),
  }).toEqual({
    wronglyAllowed: [],
    wronglyRejected: [],
  });
  expect(tried).toBeGreaterThan(900);
  expect(accepted).toBeGreaterThan(tried / 50);
  expect(accepted).toBeLessThan(tried / 2);
});
