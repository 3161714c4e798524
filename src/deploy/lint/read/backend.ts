import type { Backend, Mapping } from "../model.ts";
import { getReferences, getWhyUnknown, toRecord, toText } from "../values.ts";
import type { Resources } from "./resources.ts";

export const NO_BACKEND: Backend = {
  kind: "other",
  id: "",
  isLambdaProxy: false,
  forwards: false,
  hasRole: false,
  mappings: [],
};

export interface Integration {
  readonly type: unknown;
  readonly uri: unknown;
  readonly role: unknown;
  readonly parameters: unknown;
}

/** What is behind a route. */
export function readBackend(
  { type, uri, role, parameters }: Integration,
  isRest: boolean,
  resources: Resources,
): Backend {
  const name = (toText(type) ?? "").toUpperCase();
  if (name === "MOCK") return { ...NO_BACKEND, kind: "mock" };
  const lambda = name.startsWith("AWS") ? resources.findFunction(uri) : undefined;
  const text = toText(uri) ?? "";
  return {
    kind:
      lambda !== undefined || name === "AWS_PROXY" ? "lambda" : name.startsWith("HTTP") ? "http" : "other",
    id: lambda ?? (getWhyUnknown(uri) === undefined ? toServer(text) : ""),
    ...(lambda !== undefined && { function: lambda }),
    isLambdaProxy: name === "AWS_PROXY",
    forwards: name.endsWith("PROXY"),
    hasRole: role !== undefined,
    mappings: readMappings(parameters, isRest),
  };
}

/** Two paths of one server are one backend. */
function toServer(uri: string): string {
  return /^https?:\/\/[^/]+/.exec(uri)?.[0] ?? getReferences(uri)[0] ?? uri;
}

/** REST: `integration.request.header.X: context.authorizer.y`; HTTP: `overwrite:header.x: $context.authorizer.y`. */
function readMappings(parameters: unknown, isRest: boolean): Mapping[] {
  return Object.entries(toRecord(parameters)).flatMap(([key, value]) => {
    const source = toText(value) ?? "";
    if (isRest) {
      const target = /^integration\.request\.(.+)$/.exec(key)?.[1];
      return target === undefined ? [] : [{ mode: "overwrite" as const, target, source }];
    }
    const [, mode, target = ""] = /^(overwrite|append):(.+)$/.exec(key) ?? [];
    return mode === undefined ? [] : [{ mode: mode as Mapping["mode"], target, source }];
  });
}
