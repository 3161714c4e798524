const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * When to ask again something that gives no answer: after 1 s, then 2, 4, 8 and every 10 s, by one request each. Until
 * then nothing is asked, so that an outage makes no request wait. Each pause is shorter by up to a half, by chance:
 * containers that fail together must not ask together.
 */
export class BackOff {
  readonly #clock: () => number;
  readonly #random: () => number;
  /** The longest that the pause may be, in milliseconds; 0 while there are answers. */
  #pause = 0;
  #pausedFor = 0;
  #failedAt = 0;
  #isProbing = false;
  /** Counts changes of state, so that what was asked before one says nothing about the time after it. */
  #generation = 0;

  /**
   * @param clock milliseconds since the epoch
   * @param random from 0 to 1
   */
  constructor(clock: () => number, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Asks, if it may be asked now.
   *
   * @param isOutage whether an error means that there was no answer
   * @returns undefined where nothing was asked
   */
  async run<T>(
    ask: () => Promise<T>,
    isOutage: (error: unknown) => boolean,
  ): Promise<{ answer: T } | undefined> {
    const isProbe = this.#pause > 0;
    if (isProbe && (this.#isProbing || this.#isPausing())) return undefined;
    this.#isProbing = isProbe;
    const generation = this.#generation;
    try {
      const answer = await ask();
      this.#end(generation, 0);
      return { answer };
    } catch (error) {
      this.#end(generation, isOutage(error) ? this.#nextPause() : 0);
      throw error;
    } finally {
      if (isProbe) this.#isProbing = false;
    }
  }

  #nextPause(): number {
    return Math.min(this.#pause * 2 || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  }

  #end(generation: number, pause: number): void {
    const isChange = pause !== 0 || this.#pause !== 0;
    if (!isChange || generation !== this.#generation) return;
    this.#generation += 1;
    this.#pause = pause;
    this.#pausedFor = pause * (0.5 + 0.5 * this.#random());
    this.#failedAt = this.#clock();
  }

  /** A clock that went back has made the pause longer than it was meant to be. */
  #isPausing(): boolean {
    const passed = this.#clock() - this.#failedAt;
    return passed >= 0 && passed < this.#pausedFor;
  }
}
