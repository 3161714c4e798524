import { expect, test } from "@jest/globals";
import { runRouteCampaign } from "./route-campaign.ts";

/** The same every time; `fuzz.ts` takes a new one. */
const SEED = 20_261_130;

test("no token is accepted without the permissions of its route, and none is rejected that has them", async () => {
  const { letIn, turnedAway, tried, accepted } = await runRouteCampaign(120, SEED);
  expect({ letIn: letIn.slice(0, 3), turnedAway: turnedAway.slice(0, 3) }).toEqual({
    letIn: [],
    turnedAway: [],
  });
  expect(tried).toBeGreaterThan(900);
  expect(accepted).toBeGreaterThan(tried / 50);
  expect(accepted).toBeLessThan(tried / 2);
});
