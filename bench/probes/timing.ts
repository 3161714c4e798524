/** One way to treat a token, by the name under which it is reported. */
export interface Subject {
  readonly name: string;
  readonly run: (index: number) => unknown;
}

/** Enough calls for the compiler to have made up its mind. */
const WARMING_UP = 3000;

/**
 * Microseconds per call, for each subject and round. All subjects take their turn in every round, each time another
 * one first, so that a disturbance from outside falls on all of them.
 */
export async function timeRounds(
  subjects: readonly Subject[],
  {
    rounds,
    calls,
    warmingUp = WARMING_UP,
  }: { readonly rounds: number; readonly calls: number; readonly warmingUp?: number },
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await timeCalls(subject, warmingUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const place of subjects.keys()) {
      const subject = subjects[(place + round) % subjects.length];
      if (subject !== undefined) times[subject.name]?.push(await timeCalls(subject, calls));
    }
  }
  return times;
}

/** What takes no promise is awaited all the same: an empty turn costs a twentieth of a microsecond. */
async function timeCalls({ run }: Subject, calls: number): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < calls; index += 1) await run(index);
  return ((performance.now() - startedAt) * 1000) / calls;
}
