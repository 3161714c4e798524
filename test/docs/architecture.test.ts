import { expect, test } from "@jest/globals";
import { drawPicture } from "../../tools/docs/architecture.ts";

test("the picture shows every room on its floor, and what it imports", () => {
  const picture = drawPicture([{ from: "authorizer", to: "token" }]);
  expect(picture).toMatch(/floor 4"\]\n {4}authorizer\n/);
  expect(picture).toContain("| 4 | `authorizer` | `token` |");
});

test.each([
  ["upwards", { from: "token", to: "authorizer" }],
  ["on the same floor", { from: "identity", to: "revocation" }],
  ["of a room that stands on no floor", { from: "cli", to: "helpers" }],
  ["by a room that stands on no floor", { from: "helpers", to: "token" }],
])("no page is written with an import %s", (_, arrow) => {
  expect(() => drawPicture([arrow])).toThrow(`does not show: ${arrow.from} → ${arrow.to}`);
});
