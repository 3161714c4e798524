import { randomBytes } from "node:crypto";

/** Auth0 gives no figure; a page needs no more than the time of one redirect. */
const LIFETIME_MS = 60_000;

/** Whom a ticket signs in, to which application, and in which browser. */
export interface TicketHolder {
  /** The user's `sub`. */
  readonly sub: string;
  readonly clientId: string;
}

export interface IssuedTicket {
  /** Goes through the page, into the address of `/authorize`. */
  readonly ticket: string;
  /** Goes into a cookie of the browser, which no page can read. */
  readonly browser: string;
}

interface Entry extends TicketHolder {
  readonly browser: string;
  readonly expiresAt: number;
}

/**
 * The tickets of cross-origin authentication: a page hands email and password to the tenant, gets a ticket, and signs
 * in with it. A ticket is good once, for a minute, for the application and in the browser that it was made for: one
 * that came from an attacker, as part of a link, would sign the visitor in as that person.
 */
export class LoginTickets {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: () => number;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  issue(holder: TicketHolder): IssuedTicket {
    this.#forgetExpired();
    const [ticket, browser] = [randomValue(), randomValue()];
    this.#entries.set(ticket, { ...holder, browser, expiresAt: this.#clock() + LIFETIME_MS });
    return { ticket, browser };
  }

  /** The `sub` of the user whom the ticket signs in; undefined where it is not good. An attempt uses the ticket up. */
  redeem(ticket: string, clientId: string, browser: string | undefined): string | undefined {
    const entry = this.#entries.get(ticket);
    this.#entries.delete(ticket);
    if (entry === undefined || entry.expiresAt <= this.#clock()) return undefined;
    return entry.clientId === clientId && entry.browser === browser ? entry.sub : undefined;
  }

  #forgetExpired(): void {
    for (const [ticket, { expiresAt }] of this.#entries)
      if (expiresAt <= this.#clock()) this.#entries.delete(ticket);
  }
}

function randomValue(): string {
  return randomBytes(32).toString("base64url");
}
