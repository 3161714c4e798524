interface FetchErrorOptions extends ErrorOptions {
  readonly status?: number | undefined;
  readonly retryAfter?: string | undefined;
  readonly connectionFailed?: boolean;
}

/** Why a document could not be fetched. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  /** Whether the server answered that it will not give the document: HTTP 4xx, 429 among them. */
  readonly rejected: boolean;
  /** Whether the connection failed rather than the answer, so that another connection may do. */
  readonly connectionFailed: boolean;
  readonly #retryAfter: string | undefined;

  constructor(
    message: string,
    { status = 0, retryAfter, connectionFailed = false, cause }: FetchErrorOptions = {},
  ) {
    super(message, { cause });
    this.rejected = status >= 400 && status < 500;
    this.connectionFailed = connectionFailed;
    this.#retryAfter = retryAfter;
  }

  /**
   * What the server asked for with `Retry-After`, which is a number of seconds or a date (RFC 9110 §10.2.3).
   *
   * @param now milliseconds since the epoch
   * @returns milliseconds, 0 where it asked for nothing
   */
  retryAfterMs(now: number): number {
    const value = this.#retryAfter;
    if (value === undefined) return 0;
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
    return Number.isNaN(ms) ? 0 : Math.max(0, ms);
  }
}
