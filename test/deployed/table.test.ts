import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { gatewayTable, TABLE_FILE } from "./table.ts";

it("bench/gateway-behaviour.md says what the gateways do; if not, `npx tsx test/deployed/write-table.ts` writes it anew", async () => {
  expect(readFileSync(TABLE_FILE, "utf8")).toBe(await gatewayTable());
});
