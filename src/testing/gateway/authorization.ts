import type { GatewayKind } from "../../apigateway/gateways.ts";
import { authorizerEventOf } from "./authorizer-event.ts";
import { readResult, type AnswerForm, type AuthorizerResult } from "./authorizer-result.ts";
import { stageArn } from "./address.ts";
import { methodArn, type Call } from "./call.ts";
import { identityValues } from "./identity-source.ts";
import { invoke, type Lambda } from "./lambda.ts";
import { evaluatePolicy } from "./policy.ts";

/** How a gateway is told to use its authorizer. */
export interface AuthorizerSettings {
  readonly lambda: Lambda;
  readonly kind: GatewayKind;
  readonly form: AnswerForm;
  readonly identitySources: readonly string[];
  /** REST TOKEN: the validation expression. */
  readonly tokenPattern?: RegExp | undefined;
  /** How long an answer is kept; 0 = never. */
  readonly ttlSeconds: number;
  /** Bytes of JSON, where there is a limit. */
  readonly maxResultBytes?: number;
}

/** What became of a request before any Lambda behind the authorizer saw it. */
export type Authorization =
  | { readonly outcome: "allowed"; readonly result: AuthorizerResult }
  | { readonly outcome: "denied"; readonly explicit: boolean; readonly result: AuthorizerResult }
  | { readonly outcome: "identity-missing" | "unauthorized" | "authorizer-failed" };

/** `Unauthorized`, or whatever else went wrong in the authorizer. */
type Failure = "unauthorized" | "authorizer-failed";

/**
 * An authorizer at one stage, with its cache: the answer is kept under the identity sources and evaluated anew for
 * every route. Failures are not kept.
 */
export class StageAuthorizer {
  readonly #settings: AuthorizerSettings;
  readonly #kept = new Map<string, { readonly result: AuthorizerResult; readonly until: number }>();

  constructor(settings: AuthorizerSettings) {
    if (settings.ttlSeconds > 0 && settings.identitySources.length === 0) {
      throw new Error("caching needs an identity source");
    }
    if (settings.ttlSeconds < 0 || settings.ttlSeconds > 3600) throw new Error("ttlSeconds: 0 to 3600");
    this.#settings = settings;
  }

  async authorize(call: Call): Promise<Authorization> {
    const { identitySources, tokenPattern } = this.#settings;
    const identity = identityValues(identitySources, call);
    if (identity === undefined || tokenPattern?.test(identity[0] ?? "") === false) {
      return { outcome: "identity-missing" };
    }
    const result = this.#cached(identity, call.time) ?? (await this.#ask(call, identity));
    return typeof result === "string" ? { outcome: result } : verdict(result, call, this.#arn(call));
  }

  #cached(identity: readonly string[], time: number): AuthorizerResult | undefined {
    const kept = this.#kept.get(JSON.stringify(identity));
    return kept !== undefined && time < kept.until ? kept.result : undefined;
  }

  async #ask(call: Call, identity: readonly string[]): Promise<AuthorizerResult | Failure> {
    const { lambda, kind, form, ttlSeconds, maxResultBytes = Infinity } = this.#settings;
    const answer = await invoke(lambda, authorizerEventOf(kind, call, identity)).catch(failure);
    if (answer === "unauthorized" || answer === "authorizer-failed") return answer;
    const result = readResult(answer, form);
    if (result === undefined || byteLength(answer) > maxResultBytes) return "authorizer-failed";
    const until = call.time + ttlSeconds * 1000;
    this.#kept.set(JSON.stringify(identity), { result, until });
    return result;
  }

  #arn(call: Call): string {
    return this.#settings.kind === "websocket" ? `${stageArn(call.address)}/$connect` : methodArn(call);
  }
}

function verdict(result: AuthorizerResult, call: Call, arn: string): Authorization {
  if (result.form === "simple") {
    return result.isAuthorized
      ? { outcome: "allowed", result }
      : { outcome: "denied", explicit: true, result };
  }
  const evaluation = evaluatePolicy(result.statements, arn, call.time);
  if (evaluation === "allow") return { outcome: "allowed", result };
  return { outcome: "denied", explicit: evaluation === "explicit-deny", result };
}

/** Exactly `Unauthorized`: the one message that a gateway understands. */
function failure(error: unknown): Failure {
  return error instanceof Error && error.message === "Unauthorized" ? "unauthorized" : "authorizer-failed";
}

function byteLength(answer: unknown): number {
  return Buffer.byteLength(JSON.stringify(answer));
}
