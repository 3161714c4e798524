import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RoutePermissions } from "../../settings/route-permissions.ts";
import type { FunctionDefinition, Serverless } from "./framework-types.ts";
import { functionDefinition } from "./function-definitions.ts";
import { findGuardedRoutes } from "./guarded-routes.ts";
import type { Names } from "./names.ts";
import { SECTION, optionsFrom, type Options } from "./options.ts";
import { findServiceTokenParameter } from "./routes.ts";
import { getWriters } from "./writers.ts";

type AwsProvider = ReturnType<Serverless["getProvider"]>;

/** What the plugin adds to a service: its functions, and how they and their resources are named. */
export class Plan {
  readonly #serverless: Serverless;
  readonly #isOffline: boolean;
  /** Plugins that build change the framework's while they do. */
  readonly #serviceDir: string;
  /** By the authorizer's name, as events were before the plugin completed them. */
  readonly #routes = new Map<string, RoutePermissions | undefined>();

  constructor(serverless: Serverless, isOffline: boolean) {
    this.#serverless = serverless;
    this.#isOffline = isOffline;
    this.#serviceDir = serverless.serviceDir;
  }

  /** What stands under `custom.auth0Authorizer`. The local tenant brings its own domain. */
  get section(): unknown {
    const section = (this.#serverless.service.custom?.[SECTION] ?? {}) as Readonly<Record<string, unknown>>;
    const { offlineTenant, domain } = section;
    const needsDomain = this.#isOffline && offlineTenant !== undefined && domain === undefined;
    return needsDomain ? { ...section, domain: "localhost" } : section;
  }

  /** The authorizers; the table of revocations and gateway responses belong to the first. */
  get authorizers(): readonly [Options, ...Options[]] {
    const [first, ...others] = optionsFrom(this.section);
    return [this.#withRoutes(first), ...others.map((options) => this.#withRoutes(options))];
  }

  get first(): Options {
    return this.authorizers[0];
  }

  get naming(): AwsProvider["naming"] {
    return this.#aws().naming;
  }

  /** The functions as `serverless.yml` would define them, by name. */
  get functions(): Readonly<Record<string, FunctionDefinition>> {
    const { first } = this;
    const common = this.#warmup();
    const authorizers = this.authorizers.map((options) => {
      const { name } = options.stack;
      const definition = functionDefinition(this.#withTokenParameter(options), {
        idPrefix: this.getIdPrefix(options),
        tablePrefix: this.getIdPrefix(first),
        functionName: options.stack.functionName ?? this.#getFullName(name),
        artifact: this.getArtifact(name),
      });
      return [name, { ...definition, ...common }] as const;
    });
    const writers = getWriters(first, this.getIdPrefix(first), this.writersArtifact).map(
      ([suffix, definition]) => {
        const name = `${first.stack.name}${suffix}`;
        return [name, { name: this.#getFullName(name), ...definition, ...common }] as const;
      },
    );
    return Object.fromEntries([...authorizers, ...writers]);
  }

  /** Logical IDs of the functions. */
  get functionIds(): ReadonlySet<string> {
    return new Set(Object.keys(this.functions).map((name) => this.naming.getLambdaLogicalId(name)));
  }

  get webSocketApiId(): unknown {
    return this.#aws().getApiGatewayWebsocketApiId();
  }

  get writersArtifact(): string {
    return this.getArtifact(`${this.first.stack.name}-revocations`);
  }

  getArtifact(name: string): string {
    return join(this.#serviceDir, ".serverless", `${name}.zip`);
  }

  /** Reads a zip that is packaged, by the key under which it is to be uploaded. */
  readPackaged(key: string): Buffer | undefined {
    const path = join(this.#serviceDir, ".serverless", basename(key));
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  getIdPrefix({ stack }: Options): string {
    return this.naming.getNormalizedFunctionName(stack.name);
  }

  getNames(options: Options): Names {
    const { name } = options.stack;
    return {
      prefix: this.#getFullName(name),
      idPrefix: this.getIdPrefix(options),
      tablePrefix: this.getIdPrefix(this.first),
      functionId: this.naming.getLambdaLogicalId(name),
      logGroupId: this.naming.getLogGroupLogicalId(name),
      restApiId: this.#aws().getApiGatewayRestApiId(),
    };
  }

  #aws(): AwsProvider {
    return this.#serverless.getProvider("aws");
  }

  #getFullName(name: string): string {
    return `${this.#serverless.service.service}-${this.#aws().getStage()}-${name}`;
  }

  #withRoutes(options: Options): Options {
    const { name } = options.stack;
    if (!this.#routes.has(name)) this.#routes.set(name, findGuardedRoutes(this.#serverless.service, name));
    return { ...options, routes: this.#routes.get(name) };
  }

  /** The parameter in which clients of a WebSocket send their token is set automatically. */
  #withTokenParameter(options: Options): Options {
    const webSocketTokenParameter = findServiceTokenParameter(this.#serverless.service, options.stack.name);
    if (webSocketTokenParameter === undefined) return options;
    return { ...options, settings: { webSocketTokenParameter, ...options.settings } };
  }

  /** serverless-plugin-warmup would call the functions with events that no gateway sends. */
  #warmup(): object {
    const warmers = Object.keys(this.#serverless.service.custom?.["warmup"] ?? {});
    if (warmers.length === 0) return {};
    return { warmup: Object.fromEntries(warmers.map((name) => [name, { enabled: false }])) };
  }
}
