import type { Address } from "./address.ts";
import { received, type ApiType, type Call } from "./call.ts";
import type { ClientRequest, FetchOptions } from "./client-request.ts";
import { getAddress } from "./address.ts";
import type { Integration } from "./integration.ts";
import type { Lambda } from "./lambda.ts";
import type { RequestIds } from "./request-ids.ts";
import type { Paths } from "./paths.ts";
import type { Route } from "./routes.ts";

/** What APIs of all kinds have in common. */
export interface ApiOptions<Target = Lambda> extends Partial<Address> {
  readonly authorizer: Lambda;
  /** What is behind the authorizer, by route: `GET /users/{id}`, `ANY /{proxy+}`. */
  readonly routes: Readonly<Record<string, Target>>;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Values of letters, digits, spaces and `-._~:/?#&=,`, as API Gateway takes them. */
  readonly stageVariables?: Readonly<Record<string, string>>;
}

/** What REST and HTTP APIs have in common. */
export interface RoutedApiOptions extends ApiOptions<Integration> {
  /** What may be called without authorization. */
  readonly openRoutes?: Readonly<Record<string, Integration>>;
  /** `method.request.header.Authorization` on REST, `$request.header.Authorization` on HTTP APIs. */
  readonly identitySources?: readonly string[];
  /** How long the authorizer's answers are kept; 0 = never. */
  readonly ttlSeconds?: number;
}

export interface RoutedApi {
  /**
   * A client's request.
   *
   * @param target path and query, without the stage or a base path: `/users/7?verbose=1`
   */
  fetch(target: string, options?: FetchOptions): Promise<Response>;
}

export function newCall(
  api: ApiType,
  options: ApiOptions<unknown>,
  request: Required<ClientRequest>,
  reached: { readonly paths: Paths; readonly route: Route },
  ids: RequestIds,
): Call {
  const { clock = Date.now, stageVariables = {} } = options;
  const address = toAddress(options);
  return {
    request: received(api, request, address),
    address,
    ...reached,
    stageVariables,
    time: clock(),
    ...ids,
  };
}

export function toAddress(options: Partial<Address>): Address {
  const { partition, region, accountId, apiId, stage, customDomain } = options;
  const given = { partition, region, accountId, apiId, stage, customDomain };
  return getAddress(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}
