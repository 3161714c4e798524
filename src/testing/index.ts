/** What a team needs to test its own API behind the authorizer: a tenant, and a gateway that does what AWS does. */
export { startFakeTenant, FakeTenant, ALICE } from "./tenant.ts";
export type {
  AccessTokenOptions,
  AgentGrant,
  AgentTokenOptions,
  Outage,
  TenantOptions,
  TokenOptions,
  User,
} from "./tenant.ts";
export { startRevocationTable, RevocationTable } from "./revocation-table.ts";
export type { RevocationTableOptions, TableOutage } from "./revocation-table.ts";
export type { RevocationItems, StoredItem } from "./revocation-items.ts";
export type { RevocationScope } from "../revocation/revocation.ts";
export { createSigningKey, signJwt, type SigningKey } from "./signing-key.ts";
export { authorizerEvent, bearerEvent, type EventOptions } from "./events.ts";
export { restApi, type RestApiOptions } from "./gateway/rest-api.ts";
export { httpApi, type HttpApiOptions } from "./gateway/http-api.ts";
export { webSocketApi, HandshakeError, SubprotocolError } from "./gateway/websocket-api.ts";
export type {
  Connection,
  ConnectOptions,
  WebSocketApi,
  WebSocketApiOptions,
} from "./gateway/websocket-api.ts";
export type { RoutedApi } from "./gateway/api-options.ts";
export type { HttpProxy } from "./gateway/http-proxy.ts";
export type { Integration, LambdaProxy } from "./gateway/integration.ts";
export { awslambda, type ResponseStream, type StreamMetadata } from "./gateway/response-stream.ts";
export { mockIntegration, type MockMethodProperties } from "./gateway/mock-integration.ts";
export type { Lambda } from "./gateway/lambda.ts";
