/** A Lambda that keeps the events it was called with. */
export interface Recorder {
  (event: object): Promise<unknown>;
  readonly events: Record<string, unknown>[];
}

/** Answers every event with the same value. */
export function answering(answer: unknown): Recorder {
  return recorder(() => answer);
}

/** Fails at every event. */
export function throwing(message: string): Recorder {
  return recorder(() => {
    throw new Error(message);
  });
}

export function recorder(answer: (event: never) => unknown): Recorder {
  const events: Record<string, unknown>[] = [];
  const lambda = (event: object): Promise<unknown> => {
    events.push(event as Record<string, unknown>);
    return Promise.resolve().then(() => answer(event as never));
  };
  return Object.assign(lambda, { events });
}

/** The policy that lets a caller in everywhere, or nowhere. */
export function policy(effect = "Allow", { resource = "*", ...rest }: PolicyOptions = {}): object {
  const statement = { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
  const policyDocument = { Version: "2012-10-17", Statement: [statement] };
  return { principalId: "auth0|alice", policyDocument, ...rest };
}

interface PolicyOptions {
  readonly resource?: string;
  readonly context?: object;
  readonly [field: string]: unknown;
}

/** A backend. */
export function ok(): Recorder {
  return answering({ statusCode: 200, body: "ok" });
}

export const BEARER = { headers: { Authorization: "Bearer t" } };
