import { CHAPTERS, END, isDuring, publishedAt, SECOND } from "./scenario.ts";

/**
 * What Auth0 allows on /.well-known/jwks.json: 20 requests in a burst, 20 a second.
 *
 * @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/rate-limit-configurations/free-public
 */
export const RATE_LIMIT_PER_SECOND = 20;

/** A tenant in virtual time, which counts what it is asked. */
export class FleetTenant {
  /** Requests in each second. */
  readonly perSecond = new Uint32Array(END / SECOND + 60);
  fetches = 0;
  rateLimited = 0;
  #tokens = RATE_LIMIT_PER_SECOND;
  #filledAt = 0;

  /** A status of 200, 429 or 503, and the JWK Set where it is 200. */
  answer(now: number): { readonly status: number; readonly text: string } {
    this.fetches += 1;
    const second = Math.floor(now / SECOND);
    this.perSecond[second] = (this.perSecond[second] ?? 0) + 1;
    if (isDuring(CHAPTERS.outage, now)) return { status: 503, text: "" };
    if (isDuring(CHAPTERS.flood, now) || !this.#takeToken(now)) return this.#tooMany();
    return { status: 200, text: JSON.stringify({ keys: publishedAt(now).map(({ jwk }) => jwk) }) };
  }

  #tooMany(): { readonly status: 429; readonly text: string } {
    this.rateLimited += 1;
    return { status: 429, text: "" };
  }

  #takeToken(now: number): boolean {
    const refilled = ((now - this.#filledAt) / SECOND) * RATE_LIMIT_PER_SECOND;
    this.#tokens = Math.min(RATE_LIMIT_PER_SECOND, this.#tokens + refilled);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
