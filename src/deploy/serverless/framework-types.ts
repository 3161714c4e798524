import type { Template } from "../lint/cloudformation.ts";

/** As much of the Serverless Framework as the plugin uses: the same in version 3, in osls and in version 4. */
export interface Serverless {
  /** The service's configuration file, as plugins find it when they are constructed. */
  readonly configurationInput: ServiceConfiguration;
  readonly configSchemaHandler: { defineCustomProperties(schema: object): void };
  readonly processedInput: { readonly commands: readonly string[] };
  readonly serviceDir: string;
  readonly service: Service;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  extendConfiguration(path: readonly string[], value: unknown): void;
  getProvider(name: "aws"): AwsProvider;
}

export interface ServiceConfiguration {
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly functions?: Functions | readonly Functions[];
  readonly plugins?: readonly string[];
}

type Functions = Readonly<Record<string, unknown>>;

/** The service once all variables in its configuration have their values. */
interface Service {
  readonly service: string;
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  readonly provider: { readonly compiledCloudFormationTemplate: Template };
  readonly resources?: { readonly Resources?: Template["Resources"] };
}

export interface FunctionDefinition {
  environment?: Record<string, string>;
  package?: { artifact?: string };
  readonly events?: readonly FunctionEvent[];
}

interface WebSocketAuthorizer {
  readonly name?: string;
  readonly identitySource?: readonly string[];
}

interface FunctionEvent {
  readonly websocket?: string | { authorizer?: string | WebSocketAuthorizer };
}

interface AwsProvider {
  readonly naming: {
    getNormalizedFunctionName(name: string): string;
    getLambdaLogicalId(name: string): string;
    getLogGroupLogicalId(name: string): string;
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
