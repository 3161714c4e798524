import type { Result } from "./calls.ts";
import { code, details, facts, h } from "./dom.ts";
import { tokenTable } from "./token.ts";
import {
  GATEWAYS,
  type AuthorizerAnswer,
  type LogLine,
  type PageConfig,
  type Statement,
  type Trace,
} from "./trace.ts";

type Mood = "good" | "bad" | "unsure" | "plain";

/** A result in a few words. */
export interface Outcome {
  readonly mood: Mood;
  readonly word: "Allowed" | "Denied" | "Unauthorized" | "Error";
  /** The reason, where there is one. */
  readonly reason: string | undefined;
  readonly status: number;
}

export function outcomeOf({ trace }: Result): Outcome {
  const { status } = trace;
  const reason = decisionOf(trace)?.reason;
  if (status < 400) return { mood: "good", word: "Allowed", reason, status };
  if (status >= 500) return { mood: "unsure", word: "Error", reason, status };
  return { mood: "bad", word: status === 401 ? "Unauthorized" : "Denied", reason, status };
}

/** One call, step by step. */
export function timeline(result: Result, config: PageConfig): HTMLElement {
  const { trace } = result;
  const steps = [
    sent(result, config),
    atGateway(trace, config),
    decided(trace),
    answered(trace),
    forwarded(trace),
    behind(trace),
    received(result),
  ];
  return h("ol", { class: "timeline" }, ...steps.filter((step) => step !== undefined));
}

interface Step {
  readonly who: string;
  readonly what: string | HTMLElement;
  readonly mood?: Mood;
  readonly milliseconds?: number | undefined;
}

function step(
  { who, what, mood = "plain", milliseconds }: Step,
  ...more: (HTMLElement | undefined)[]
): HTMLElement {
  const time = milliseconds === undefined ? undefined : h("span", { class: "time" }, duration(milliseconds));
  const content = [h("h4", {}, who, time), h("p", {}, what), ...more].filter((part) => part !== undefined);
  return h("li", { class: `step ${mood}` }, ...content);
}

function sent({ call }: Result, { emailClaim }: PageConfig): HTMLElement {
  const how =
    call.gateway === "websocket"
      ? "opens a WebSocket, with the token among the subprotocols: a browser can set no other header there"
      : `sends GET ${call.path} with the token in the Authorization header`;
  return step(
    { who: "The app", what: how },
    details("The token, decoded", tokenTable(call.token, emailClaim)),
  );
}

function atGateway({ gateway, authorizer, status }: Trace, { ttlSeconds }: PageConfig): HTMLElement {
  const who = `API Gateway (${GATEWAYS[gateway]})`;
  if (authorizer !== undefined) {
    const kept =
      gateway === "websocket" ? "does not cache here" : "has no answer for this token in its cache";
    return step(
      { who, what: `${kept}, so it asks the authorizer` },
      details("The event", code("The event", authorizer.event)),
    );
  }
  const what =
    status < 500
      ? `still has the answer for this token, kept for ${ttlSeconds} s. It does not ask the authorizer`
      : "could not ask";
  return step({ who, what });
}

function decisionOf(trace: Trace): LogLine | undefined {
  return trace.authorizer?.log.find((line) => line.event === "decision");
}

function decided(trace: Trace): HTMLElement | undefined {
  const line = decisionOf(trace);
  if (line === undefined) return undefined;
  const { decision = "", reason, hint, detail, key_set_age_seconds: age } = line;
  const milliseconds = trace.authorizer?.milliseconds;
  const log = details("Its line in the log", code("Log line", withoutMetrics(line)));
  const keys = age === undefined ? "" : `, with keys that are ${age} s old`;
  if (reason === undefined)
    return step({ who: "The authorizer", what: `allows it${keys}`, mood: "good", milliseconds }, log);
  const mood = decision === "error" ? "unsure" : "bad";
  const verdict =
    decision === "error"
      ? "cannot decide: "
      : decision === "deny"
        ? "denies the caller: "
        : "rejects the token: ";
  const what = h(
    "span",
    {},
    verdict,
    h("code", { class: "reason" }, reason),
    detail === undefined ? "" : ` (${detail})`,
  );
  return step(
    { who: "The authorizer", what, mood, milliseconds },
    h("p", { class: "hint" }, hint ?? ""),
    log,
  );
}

function withoutMetrics(line: LogLine): unknown {
  return Object.fromEntries(Object.entries(line).filter(([name]) => name !== "_aws"));
}

function answered({ authorizer }: Trace): HTMLElement | undefined {
  if (authorizer === undefined) return undefined;
  if (authorizer.error !== undefined) {
    const meaning =
      authorizer.error === "Unauthorized"
        ? "which a gateway turns into 401"
        : "which a gateway turns into 500 and does not keep";
    return step({ who: "Its answer", what: `is an error, “${authorizer.error}”, ${meaning}` });
  }
  const { policyDocument, isAuthorized } = authorizer.answer as AuthorizerAnswer;
  const all = details("The whole answer", code("The authorizer's answer", authorizer.answer));
  if (policyDocument === undefined)
    return step({ who: "Its answer", what: `is simple: isAuthorized is ${String(isAuthorized)}` }, all);
  const list = h(
    "ul",
    { class: "policy" },
    ...policyDocument.Statement.map((statement) => h("li", {}, inWords(statement))),
  );
  return step({ who: "Its answer", what: "is a policy" }, list, all);
}

function inWords({ Effect, Resource, Condition }: Statement): HTMLElement {
  const from = Condition?.["DateGreaterThanEquals"]?.["aws:CurrentTime"];
  const when =
    from === undefined ? [] : [" from ", h("code", { class: "end" }, from), " on, when the token ends"];
  return h("span", {}, h("strong", {}, Effect), " ", h("code", {}, Resource), ...when);
}

function forwarded({ authorizer }: Trace): HTMLElement | undefined {
  const { context } = (authorizer?.answer ?? {}) as AuthorizerAnswer;
  if (context === undefined) return undefined;
  const what =
    "reason" in context
      ? "carries only the reason, for the gateway’s log and its 403"
      : "carries who is calling, all strings";
  return step({ who: "The context", what }, facts(context));
}

function behind({ lambda }: Trace): HTMLElement {
  if (lambda === undefined) return step({ who: "Your backend", what: "was not reached" });
  const { body } = lambda.answer as { body?: string };
  const identity = JSON.parse(body ?? "{}") as Readonly<Record<string, unknown>>;
  return step(
    {
      who: "Your backend",
      what: "reads the caller with identityFrom(event), and verifies nothing",
      milliseconds: lambda.milliseconds,
    },
    facts(identity),
    details("What it found in its event", code("The authorizer's part of the event", lambda.context)),
  );
}

function received(result: Result): HTMLElement {
  const { seen, trace, milliseconds } = result;
  const { mood } = outcomeOf(result);
  if (seen.status === undefined) {
    return step({
      who: "The app",
      what: `learns only that the connection failed; the gateway had said ${trace.status}`,
      mood,
      milliseconds,
    });
  }
  const { email } = seen.body as { email?: string };
  const what =
    email === undefined
      ? `gets ${seen.status}`
      : h("span", {}, `gets ${seen.status}: hello `, h("strong", {}, email));
  return step({ who: "The app", what, mood, milliseconds }, details("The body", code("The body", seen.body)));
}

function duration(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}
