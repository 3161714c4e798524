import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { takeSnapshot } from "../package/take-snapshot.ts";
import { SNAPSHOT_FILE } from "../../token/keys/snapshot.ts";
import { toEnvironment } from "../../settings/to-environment.ts";
import { lintTemplate, formatFinding, type Finding } from "../lint/lint.ts";
import { references, getResources } from "../lint/cloudformation.ts";
import { add, deployWith, onlyFromThisWebSocketApi, withoutSharedConfiguration } from "./edit-template.ts";
import type { FunctionDefinition, Serverless, Utilities } from "./framework-types.ts";
import { codeFiles } from "../package/function-files.ts";
import { functionDefinition, hintsForBuilders, httpApiAuthorizer } from "./function-definitions.ts";
import { settingsOfLocalTenant } from "./offline-tenant.ts";
import { getIssuers, mistakesIn, optionsFrom, type Options } from "./options.ts";
import { gatewayResponsesFor, resourcesFor, type Infrastructure, type Names } from "./resources.ts";
import { WRITER_FILES, getWriters } from "./writers.ts";
import { zip } from "../package/edit-zip.ts";

const SECTION = "auth0Authorizer";
const SNAPSHOT_TIMEOUT_MS = 5000;
/** A browser cannot set headers when it opens a WebSocket. Serverless's own default is a header `Auth`. */
const WEBSOCKET_IDENTITY_SOURCE = ["route.request.querystring.access_token"];

/**
 * The plugin for the Serverless Framework: adds the authorizer to a service, from `custom.auth0Authorizer`, and refuses
 * to package a service that lets anybody in or whose authorizer would not start.
 */
export class Auth0AuthorizerPlugin {
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly #serverless: Serverless;
  readonly #log: Utilities["log"];
  readonly #name: string;
  readonly #idPrefix: string;
  readonly #artifact: string;
  readonly #writersArtifact: string;
  readonly #isOffline: boolean;

  constructor(serverless: Serverless, _cliOptions: unknown, { log }: Utilities) {
    this.#serverless = serverless;
    this.#log = log;
    const options = optionsFrom(serverless.configurationInput.custom?.[SECTION]);
    this.#name = options.stack.name;
    this.#idPrefix = serverless.getProvider("aws").naming.getNormalizedFunctionName(this.#name);
    this.#artifact = join(".serverless", `${this.#name}.zip`);
    this.#writersArtifact = join(".serverless", `${this.#name}-revocations.zip`);
    this.#isOffline = serverless.processedInput.commands[0] === "offline";
    serverless.configSchemaHandler.defineCustomProperties({
      type: "object",
      properties: { [SECTION]: { type: "object" } },
    });
    this.#extendConfiguration(options);
    this.hooks = {
      initialize: () => this.#checkOptions(),
      "before:offline:start": () => this.#prepareOffline(),
      "before:offline:start:init": () => this.#prepareOffline(),
      "before:package:createDeploymentArtifacts": () => this.#packageFunction(),
      "before:deploy:function:packageFunction": () => this.#packageFunction(),
      "before:package:finalize": () => this.#addResources(),
      "after:package:finalize": () => this.#checkTemplate(),
    };
  }

  #extendConfiguration(options: Options): void {
    const { configurationInput } = this.#serverless;
    const hints = hintsForBuilders(configurationInput);
    const writers = getWriters(options, this.#idPrefix, this.#writersArtifact);
    this.#addFunctions({
      [this.#name]: { ...functionDefinition(options, this.#idPrefix, this.#artifact), ...hints },
      ...Object.fromEntries(
        writers.map(({ suffix, definition }) => [`${this.#name}${suffix}`, { ...definition, ...hints }]),
      ),
    });
    this.#serverless.extendConfiguration(
      ["provider", "httpApi", "authorizers", this.#name],
      httpApiAuthorizer(this.#name),
    );
  }

  #addFunctions(definitions: Readonly<Record<string, object>>): void {
    const { functions } = this.#serverless.configurationInput;
    if (Array.isArray(functions)) {
      this.#serverless.extendConfiguration(["functions"], [...(functions as unknown[]), definitions]);
      return;
    }
    for (const [name, definition] of Object.entries(definitions)) {
      if (functions !== undefined && name in functions)
        throw this.#error([`functions.${name} is a function already: give the plugin another name`]);
      this.#serverless.extendConfiguration(["functions", name], definition);
    }
  }

  #checkOptions(): void {
    const mistakes = mistakesIn(this.#serverless.service.custom?.[SECTION]);
    if (mistakes.length > 0 && !this.#hasTenantOffline())
      throw this.#error(mistakes.map((mistake) => `${SECTION}: ${mistake}`));
    this.#giveWebSocketsTheirIdentitySource();
  }

  /** Settings that the local tenant will bring need not be there. */
  #hasTenantOffline(): boolean {
    return this.#isOffline && this.#options().stack.offlineTenant !== undefined;
  }

  #giveWebSocketsTheirIdentitySource(): void {
    const functions = Object.values(this.#serverless.service.functions);
    for (const { websocket } of functions.flatMap(({ events = [] }) => events)) {
      if (typeof websocket !== "object") continue;
      const authorizer =
        typeof websocket.authorizer === "string"
          ? { name: websocket.authorizer }
          : (websocket.authorizer ?? {});
      if (!("name" in authorizer) || authorizer.name !== this.#name) continue;
      websocket.authorizer = { identitySource: WEBSOCKET_IDENTITY_SOURCE, ...authorizer };
    }
  }

  async #prepareOffline(): Promise<void> {
    const authorizer = this.#function();
    authorizer.package = { artifact: this.#writeArtifact() };
    const { offlineTenant, revocations } = this.#options().stack;
    if (revocations) authorizer.environment = withoutTable(authorizer.environment);
    if (offlineTenant === undefined) return;
    const settings = await settingsOfLocalTenant(offlineTenant);
    authorizer.environment = { ...authorizer.environment, ...settings };
    this.#log.notice(`auth0-api-gateway-authorizer: tenant ${settings["AUTH0_DOMAIN"] ?? ""}`);
  }

  async #packageFunction(): Promise<void> {
    this.#writeArtifact(await this.#snapshot());
  }

  /** The function's zip: the two files of the bundle and, where they can be had, the tenant's keys. */
  #writeArtifact(snapshot?: Buffer): string {
    const files = filesNamed(codeFiles(import.meta.dirname));
    if (this.#options().stack.revocations) this.#writeZip(this.#writersArtifact, filesNamed(WRITER_FILES));
    return this.#writeZip(
      this.#artifact,
      snapshot === undefined ? files : { ...files, [SNAPSHOT_FILE]: snapshot },
    );
  }

  #writeZip(artifact: string, files: Readonly<Record<string, Buffer>>): string {
    const path = join(this.#serverless.serviceDir, artifact);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, zip(files));
    return path;
  }

  async #snapshot(): Promise<Buffer | undefined> {
    const { stack, settings } = this.#options();
    if (!stack.snapshot) return undefined;
    try {
      const document = await takeSnapshot({ issuers: getIssuers(settings), timeoutMs: SNAPSHOT_TIMEOUT_MS });
      return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
    } catch (error) {
      this.#log.warning(
        `auth0-api-gateway-authorizer: no snapshot of the tenant's keys, because they could not be fetched. ` +
          `${(error as Error).message}. What is packaged works without: each container fetches the keys when it ` +
          "starts. Package again where the tenant can be reached, or say snapshot: false.",
      );
      return undefined;
    }
  }

  #addResources(): void {
    const template = this.#template();
    const names = this.#names();
    const infrastructure = readInfrastructure();
    const { stack } = this.#options();
    add(template, resourcesFor(infrastructure, stack, names));
    for (const id of this.#functionIds()) withoutSharedConfiguration(template, id);
    onlyFromThisWebSocketApi(template, this.#serverless.getProvider("aws").getApiGatewayWebsocketApiId());
    const guardsRestApi = getResources(template, "AWS::ApiGateway::Authorizer").some(({ properties }) =>
      references(properties["AuthorizerUri"]).includes(names.functionId),
    );
    if (!stack.gatewayResponses || !guardsRestApi) return;
    const responses = gatewayResponsesFor(infrastructure, stack, names);
    add(template, responses);
    deployWith(template, Object.keys(responses.Resources ?? {}));
  }

  /** The logical IDs of the functions that the plugin has added. */
  #functionIds(): readonly string[] {
    const { naming } = this.#serverless.getProvider("aws");
    const writers = getWriters(this.#options(), this.#idPrefix, this.#writersArtifact);
    const names = [this.#name, ...writers.map(({ suffix }) => `${this.#name}${suffix}`)];
    return names.map((name) => naming.getLambdaLogicalId(name));
  }

  #names(): Names {
    const aws = this.#serverless.getProvider("aws");
    const environment = toEnvironment(this.#options().settings, Date.now());
    return {
      prefix: `${this.#serverless.service.service}-${aws.getStage()}-${this.#name}`,
      idPrefix: this.#idPrefix,
      functionId: aws.naming.getLambdaLogicalId(this.#name),
      logGroupId: aws.naming.getLogGroupLogicalId(this.#name),
      restApiId: aws.getApiGatewayRestApiId(),
      logLevel: environment["AUTHORIZER_LOG_LEVEL"] ?? "",
      revocationTable: environment["REVOCATION_TABLE"] ?? "",
    };
  }

  #checkTemplate(): void {
    const { publicRoutes, except } = this.#options().stack;
    const findings = lintTemplate(this.#template(), { publicRoutes, except });
    const isError = ({ severity }: Finding): boolean => severity === "error";
    for (const finding of findings.filter((each) => !isError(each)))
      this.#log.warning(`auth0-api-gateway-authorizer: ${finding.severity}: ${formatFinding(finding)}`);
    const errors = findings.filter(isError);
    if (errors.length > 0) throw this.#error(errors.map(formatFinding));
  }

  #options(): Options {
    return optionsFrom(this.#serverless.service.custom?.[SECTION]);
  }

  #function(): FunctionDefinition {
    return this.#serverless.service.functions[this.#name] ?? {};
  }

  #template(): Serverless["service"]["provider"]["compiledCloudFormationTemplate"] {
    return this.#serverless.service.provider.compiledCloudFormationTemplate;
  }

  #error(mistakes: readonly string[]): Error {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    const message = `auth0-api-gateway-authorizer found ${count}, so nothing is deployed.\n- ${mistakes.join("\n- ")}`;
    return new this.#serverless.classes.Error(message, "AUTH0_AUTHORIZER_MISTAKES");
  }
}

function filesNamed(names: readonly string[]): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(import.meta.dirname, name))]));
}

/** On one's own machine there is no table of this stack. */
function withoutTable(environment: Readonly<Record<string, string>> = {}): Record<string, string> {
  const isOfTable = (name: string): boolean => name.startsWith("REVOCATION_");
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOfTable(name)));
}

function readInfrastructure(): Infrastructure {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, "serverless-resources.json"), "utf8"),
  ) as Infrastructure;
}
