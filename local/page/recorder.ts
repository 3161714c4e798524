import { AsyncLocalStorage } from "node:async_hooks";
import type { Lambda } from "../../src/testing/gateway/lambda.ts";
import type { Gateway, Invocation, LogLine, Trace } from "./client/trace.ts";

interface Recording {
  authorizer?: Invocation;
  lambda?: Invocation & { readonly context: unknown };
  readonly log: LogLine[];
}

const current = new AsyncLocalStorage<Recording>();
const TOKEN = /eyJ[\w-]{4,}\.[\w-]+\.[\w-]*/g;

/** What happens in the Lambdas while calls go through a gateway, each kept apart from the others. */
export class Recorder {
  readonly #recordings = new Map<string, Recording>();
  readonly #traces = new Map<string, Trace>();

  /** Runs one call, or a later part of it, under the name that its caller gave it: gives back its status. */
  async record(id: string, gateway: Gateway, call: () => Promise<number>): Promise<number> {
    const recording = this.#recordings.get(id) ?? { log: [] };
    this.#recordings.set(id, recording);
    const startedAt = performance.now();
    const status = await current.run(recording, call);
    const milliseconds = performance.now() - startedAt + (this.#traces.get(id)?.milliseconds ?? 0);
    const { authorizer, lambda, log } = recording;
    this.#traces.set(id, {
      gateway,
      status,
      milliseconds,
      ...(authorizer && { authorizer: { ...authorizer, log } }),
      ...(lambda && { lambda }),
    });
    return status;
  }

  /** Each can be read once. */
  take(id: string): Trace | undefined {
    const trace = this.#traces.get(id);
    this.#traces.delete(id);
    this.#recordings.delete(id);
    return trace;
  }
}

/** Takes a line of the authorizer's log. */
export function recordLog(line: string): void {
  current.getStore()?.log.push(JSON.parse(line) as LogLine);
}

export function recordedAuthorizer(lambda: Lambda): Lambda {
  return recorded(lambda, (recording, invocation) => (recording.authorizer = invocation));
}

/** The backend sees the authorizer's context in its own event. */
export function recordedLambda(lambda: Lambda): Lambda {
  return recorded(lambda, (recording, invocation) => {
    const { requestContext } = invocation.event as { requestContext?: { authorizer?: unknown } };
    recording.lambda = { ...invocation, context: requestContext?.authorizer };
  });
}

function recorded(lambda: Lambda, keep: (recording: Recording, invocation: Invocation) => void): Lambda {
  const call = lambda as (...args: unknown[]) => unknown;
  return async (...args: unknown[]) => {
    const recording = current.getStore();
    const startedAt = performance.now();
    const keepResult = (result: Pick<Invocation, "answer" | "error">): void => {
      const milliseconds = performance.now() - startedAt;
      if (recording) keep(recording, { event: withoutTokens(args[0]), milliseconds, ...result });
    };
    try {
      const answer = await call(...args);
      keepResult({ answer });
      return answer;
    } catch (error) {
      keepResult({ error: (error as Error).message });
      throw error;
    }
  };
}

/** A page may be photographed: what it shows of an event is not a key to anything. */
function withoutTokens(event: unknown): unknown {
  return JSON.parse(JSON.stringify(event).replace(TOKEN, (token) => `${token.slice(0, 8)}…`));
}
