import { beforeEach, describe, expect, test } from "@jest/globals";
import { LoginTickets, type IssuedTicket } from "../../local/tenant/login-tickets.ts";

const HOLDER = { sub: "auth0|a", clientId: "pages" };
const LIFETIME_MS = 60_000;

let now: number;
let tickets: LoginTickets;
let issued: IssuedTicket;

beforeEach(() => {
  now = 1_800_000_000_000;
  tickets = new LoginTickets(() => now);
  issued = tickets.issue(HOLDER);
});

function redeem({ ticket, browser }: IssuedTicket = issued, clientId = HOLDER.clientId): string | undefined {
  return tickets.redeem(ticket, clientId, browser);
}

describe("a login ticket", () => {
  test("signs in whom it was made for", () => {
    expect(redeem()).toBe(HOLDER.sub);
  });

  test("is good once", () => {
    redeem();
    expect(redeem()).toBeUndefined();
  });

  test("is good up to its last millisecond, and not at its end", () => {
    now += LIFETIME_MS - 1;
    expect(redeem()).toBe(HOLDER.sub);
    const second = tickets.issue(HOLDER);
    now += LIFETIME_MS;
    expect(redeem(second)).toBeUndefined();
  });

  test("is not good for another application, and is used up by the attempt", () => {
    expect(redeem(issued, "another")).toBeUndefined();
    expect(redeem()).toBeUndefined();
  });

  test.each([
    ["of another browser", "another"],
    ["without a cookie", undefined],
    ["with an empty cookie", ""],
  ])("is not good %s", (_, browser) => {
    expect(tickets.redeem(issued.ticket, HOLDER.clientId, browser)).toBeUndefined();
  });

  test("is not guessed: two are different, and 256 bits each", () => {
    const other = tickets.issue(HOLDER);
    const values = [issued.ticket, issued.browser, other.ticket, other.browser];
    expect(new Set(values).size).toBe(4);
    for (const value of values) expect(Buffer.from(value, "base64url")).toHaveLength(32);
    expect(redeem({ ...other, ticket: "guessed" })).toBeUndefined();
  });

  test("leaves another one alone", () => {
    const other = tickets.issue({ ...HOLDER, sub: "auth0|b" });
    redeem();
    expect(redeem(other)).toBe("auth0|b");
  });
});
