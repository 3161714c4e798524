import type { Template } from "../lint/cloudformation.ts";

/** As much of the Serverless Framework as the plugin uses: the same in version 3, in osls and in version 4. */
export interface Serverless {
  readonly configSchemaHandler: {
    defineCustomProperties(schema: object): void;
    defineFunctionEventProperties(provider: string, event: string, schema: object): void;
  };
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options?: Readonly<Record<string, unknown>>;
  };
  readonly serviceDir: string;
  readonly service: Service;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly pluginManager?: { readonly hooks?: Hooks };
  getProvider(name: "aws"): AwsProvider;
}

/** The hooks of every plugin, in the order in which they are called. */
type Hooks = Record<string, { readonly pluginName: string; readonly hook: () => unknown }[] | undefined>;

/** The service once all variables in its configuration have their values. */
export interface Service {
  readonly service: string;
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly functions: Record<string, FunctionDefinition>;
  package?: { patterns?: readonly string[] };
  readonly provider: Provider;
  readonly resources?: unknown;
}

/** The service's section `provider`. */
export interface Provider {
  readonly stage?: unknown;
  readonly compiledCloudFormationTemplate: Template;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly iam?: { readonly role?: unknown };
  readonly rolePermissionsBoundary?: unknown;
  readonly apiGateway?: {
    readonly restApiId?: unknown;
    readonly restApiRootResourceId?: unknown;
    readonly restApiResources?: Readonly<Record<string, unknown>> | readonly RestApiResource[];
  };
  httpApi?: HttpApi;
}

/** One of `provider.apiGateway.restApiResources`, where these are a list. */
interface RestApiResource {
  readonly path: string;
  readonly resourceId: unknown;
}

interface HttpApi {
  /** Where the HTTP API belongs to another stack. */
  id?: unknown;
  authorizers?: Record<string, Readonly<Record<string, unknown>> | undefined>;
}

export interface FunctionDefinition {
  environment?: Readonly<Record<string, unknown>>;
  package?: { artifact?: string };
  readonly name?: string;
  readonly events?: readonly FunctionEvent[];
  [other: string]: unknown;
}

/** How an event names its authorizer: by a name, or by an object with one. */
export type AuthorizerReference = string | Readonly<Record<string, unknown>>;

interface EventWithAuthorizer {
  readonly method?: string;
  readonly path?: string;
  readonly route?: string;
  authorizer?: AuthorizerReference;
  /** The plugin's: what the route asks for, a text or a list. */
  readonly permissions?: unknown;
  /** Whether a REST API asks for an API key. */
  readonly private?: unknown;
}

export interface FunctionEvent {
  readonly http?: string | EventWithAuthorizer;
  readonly httpApi?: string | EventWithAuthorizer;
  readonly websocket?: string | EventWithAuthorizer;
}

interface AwsProvider {
  readonly naming: {
    getNormalizedFunctionName(name: string): string;
    getLambdaLogicalId(name: string): string;
    getLogGroupLogicalId(name: string): string;
    getHttpApiAuthorizerLogicalId(name: string): string;
    getLambdaAuthorizerHttpApiPermissionLogicalId(name: string): string;
  };
  getStage(): string;
  /** A `Ref`, or what the service has in its place for an API of another stack. */
  getApiGatewayRestApiId(): unknown;
  getApiGatewayWebsocketApiId(): unknown;
}

/** What a plugin is given to speak with. */
export interface Utilities {
  readonly log: { warning(text: string): void; notice(text: string): void };
}
