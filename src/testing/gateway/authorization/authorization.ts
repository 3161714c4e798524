import { getAuthorizerEvent } from "./authorizer-event.ts";
import { isUnauthorized, readResult, type AuthorizerResult } from "./authorizer-result.ts";
import { checkSettings, type AuthorizerSettings } from "./authorizer-settings.ts";
import { stageArn } from "../address.ts";
import { methodArn, type Call } from "../call.ts";
import { survivesCache } from "./context-values.ts";
import { identityValues } from "./identity-source.ts";
import { invoke } from "../lambda.ts";
import { evaluatePolicy } from "./policy.ts";

/** What became of a request before any Lambda behind the authorizer saw it. */
export type Authorization =
  | {
      readonly outcome: "allowed";
      readonly result: AuthorizerResult;
      /** How long the authorizer took, in milliseconds; 0 where its answer was kept. */
      readonly integrationLatency: number;
    }
  | { readonly outcome: "denied"; readonly explicit: boolean; readonly result: AuthorizerResult }
  | { readonly outcome: "identity-missing" | Failure };

/** The authorizer threw `Unauthorized`; threw something else; answered what no gateway can read. */
type Failure = "unauthorized" | "failed" | "malformed";

/** As long as a warm authorizer takes; 13 to 28 were recorded. */
const INTEGRATION_LATENCY_MS = 24;

/**
 * An authorizer at one stage, with its cache: the answer is kept under the identity sources and evaluated anew for
 * every route. Failures are not kept; on HTTP APIs that was never recorded.
 */
export class StageAuthorizer {
  readonly #settings: AuthorizerSettings;
  readonly #kept = new Map<string, { readonly result: AuthorizerResult; readonly until: number }>();
  #asked = 0;

  /** @throws Error where AWS would not create such an authorizer */
  constructor(settings: AuthorizerSettings) {
    checkSettings(settings);
    this.#settings = settings;
  }

  async authorize(call: Call): Promise<Authorization> {
    const { identitySources, tokenPattern, kind } = this.#settings;
    const identity = identityValues(identitySources, kind, call);
    if (identity === undefined || tokenPattern?.test(identity[0] ?? "") === false) {
      return { outcome: "identity-missing" };
    }
    const kept = this.#cached(identity, call.time);
    const result = kept ?? (await this.#ask(call, identity));
    if (typeof result === "string") return { outcome: result };
    if (kept !== undefined && !survivesCache(kept.context, kind)) return { outcome: "malformed" };
    return verdict(result, call, this.#arn(call), kept === undefined ? INTEGRATION_LATENCY_MS : 0);
  }

  #cached(identity: readonly string[], time: number): AuthorizerResult | undefined {
    const kept = this.#kept.get(JSON.stringify(identity));
    return kept !== undefined && time < kept.until ? kept.result : undefined;
  }

  async #ask(call: Call, identity: readonly string[]): Promise<AuthorizerResult | Failure> {
    const { lambda, kind, form, ttlSeconds, maxResultBytes = Infinity } = this.#settings;
    const answer = await invoke(lambda, getAuthorizerEvent(kind, call, this.#inSomeOrder(identity))).catch(
      failure,
    );
    if (answer === "unauthorized" || answer === "failed") return answer;
    if (isUnauthorized(answer)) return "unauthorized";
    const result = readResult(answer, kind, form);
    if (result === undefined || byteLength(answer) > maxResultBytes) return "malformed";
    const until = call.time + ttlSeconds * 1000;
    this.#kept.set(JSON.stringify(identity), { result, until });
    return result;
  }

  /** Payload 2.0 lists several sources now in one order, now in another: here every second time rotated by one. */
  #inSomeOrder(identity: readonly string[]): readonly string[] {
    const places = this.#settings.kind === "http-2.0" ? this.#asked++ % 2 : 0;
    return [...identity.slice(places), ...identity.slice(0, places)];
  }

  #arn(call: Call): string {
    return this.#settings.kind === "websocket" ? `${stageArn(call.address)}/$connect` : methodArn(call);
  }
}

function verdict(
  result: AuthorizerResult,
  call: Call,
  arn: string,
  integrationLatency: number,
): Authorization {
  const evaluation =
    result.form === "policy"
      ? evaluatePolicy(result.statements, arn, call.time)
      : result.isAuthorized
        ? "allow"
        : "explicit-deny";
  if (evaluation === "allow") return { outcome: "allowed", result, integrationLatency };
  return { outcome: "denied", explicit: evaluation === "explicit-deny", result };
}

/** Exactly `Unauthorized`: the one message that a gateway understands. */
function failure(error: unknown): "unauthorized" | "failed" {
  const message = error instanceof Error ? error.message : error;
  return message === "Unauthorized" ? "unauthorized" : "failed";
}

function byteLength(answer: unknown): number {
  return Buffer.byteLength(JSON.stringify(answer));
}
