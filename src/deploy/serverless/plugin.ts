import { getVariable } from "../../settings/settings.ts";
import { getResources, type Template } from "../lint/cloudformation.ts";
import { formatFinding, lintTemplate, type Finding } from "../lint/lint.ts";
import { findDeploymentKeys, isCloudFormationValue } from "../package/deployment-values.ts";
import { addGatewayResponses, addResources, guardsRestApi } from "./add-resources.ts";
import { takeKeys, writeAuthorizer, writeWriters } from "./artifacts.ts";
import { callLast, HiddenFunctions } from "./builders.ts";
import { findMisspelledSection, findNameIssues, findOptionIssues } from "./check-options.ts";
import type { FunctionDefinition, Serverless, Utilities } from "./framework-types.ts";
import { deployWithResponses, fitIn } from "./gateway-responses.ts";
import { hasRoutePermissions } from "./function-definitions.ts";
import { definePermissions, findPermissionIssues } from "./guarded-routes.ts";
import { findImportedPaths } from "./imported-paths.ts";
import {
  findIndistinct,
  findUnknownOffline,
  settingsOfLocalTenant,
  toOfflineVariables,
  withOwnSettingsOnly,
} from "./offline-tenant.ts";
import { findOfflineRoutes, findOpenRoutes } from "./offline-routes.ts";
import { SECTION } from "./options.ts";
import { Plan } from "./plan.ts";
import { addHttpApiAuthorizer, advisePublicRoutes, completeRoutes, referToAuthorizer } from "./routes.ts";

/**
 * The plugin for the Serverless Framework: adds the authorizer to a service, from `custom.auth0Authorizer`, and refuses
 * to package a service whose routes are open or whose authorizer would not start.
 */
export class Auth0AuthorizerPlugin {
  readonly hooks: Readonly<Record<string, () => unknown>>;
  readonly #serverless: Serverless;
  readonly #log: Utilities["log"];
  readonly #plan: Plan;
  readonly #isOffline: boolean;
  #hidden: HiddenFunctions | undefined;
  /** Authorizers for an HTTP API of another stack, by name. */
  readonly #external = new Set<string>();
  #gatewayResponses: readonly string[] = [];
  #beforeSplit: Template | undefined;

  constructor(serverless: Serverless, _cliOptions: unknown, { log }: Utilities) {
    this.#serverless = serverless;
    this.#log = log;
    this.#isOffline = serverless.processedInput.commands[0] === "offline";
    this.#plan = new Plan(serverless, this.#isOffline);
    serverless.configSchemaHandler.defineCustomProperties({
      type: "object",
      properties: { [SECTION]: { type: "object" } },
    });
    definePermissions(serverless);
    this.hooks = {
      initialize: () => this.#addToService(),
      "after:package:setupProviderConfiguration": () => this.#hideFromBuilders(),
      "before:package:createDeploymentArtifacts": () => this.#writeArtifacts(),
      "package:createDeploymentArtifacts": () => this.#hidden?.restore(),
      "before:deploy:function:packageFunction": () => this.#writeArtifacts(),
      "before:package:finalize": () => this.#addResources(),
      "aws:package:finalize:mergeCustomProviderResources": () => this.#completeTemplate(),
      "after:package:finalize": () => this.#checkTemplate(),
    };
  }

  #addToService(): void {
    const { service } = this.#serverless;
    this.#refuse(findMisspelledSection(service.custom));
    const issues = findOptionIssues(this.#plan.section, Date.now());
    this.#refuse(issues.map((issue) => `${SECTION}: ${issue}`));
    this.#refuse(findPermissionIssues(service, this.#plan.authorizers));
    this.#refuse(findNameIssues(this.#plan.functions, Object.keys(service.functions)));
    this.#addAuthorizers();
    Object.assign(service.functions, this.#plan.functions);
    for (const { stack, settings } of this.#plan.authorizers) {
      const variables = findDeploymentKeys(settings, isCloudFormationValue).map(getVariable);
      if (variables.length > 0)
        this.#tell(
          `known only at deployment, and checked when ${stack.name} starts: ${variables.join(", ")}`,
        );
    }
    if (this.#isOffline) this.#waitForBuilders();
    // serverless-offline unpacks zips into a folder that packages do not leave out by themselves.
    const patterns = [...(service.package?.patterns ?? []), "!.serverless-offline/**"];
    service.package = { ...service.package, patterns };
  }

  #addAuthorizers(): void {
    const { service } = this.#serverless;
    const { provider } = service;
    // serverless-offline has no API of another stack: there, each is the service's own.
    if (this.#isOffline) Reflect.deleteProperty(provider.httpApi ?? {}, "id");
    for (const options of this.#plan.authorizers) {
      const { name } = options.stack;
      completeRoutes(service, options);
      if (provider.httpApi?.id === undefined) this.#refuse(addHttpApiAuthorizer(provider, options));
      else if (referToAuthorizer(service, name, this.#plan.naming.getHttpApiAuthorizerLogicalId(name)))
        this.#external.add(name);
    }
  }

  #hideFromBuilders(): void {
    this.#hidden ??= new HiddenFunctions(this.#serverless.service.functions);
    this.#hidden.hide(Object.keys(this.#plan.functions));
  }

  /** Under serverless-offline, plugins that build are done when the last of these hooks is called. */
  #waitForBuilders(): void {
    const prepare = async (): Promise<void> => {
      this.#hidden?.restore();
      await this.#prepareOffline();
    };
    const isLast = ["before:offline:start", "before:offline:start:init"].map((event) =>
      callLast(this.#serverless, event, prepare),
    );
    if (isLast.includes(true)) this.#hideFromBuilders();
  }

  async #prepareOffline(): Promise<void> {
    const { functions } = this.#serverless.service;
    const { authorizers, first } = this.#plan;
    const { offlineTenant } = first.stack;
    this.#refuse(authorizers.flatMap(findUnknownOffline));
    const tenant = offlineTenant === undefined ? undefined : await settingsOfLocalTenant(offlineTenant);
    if (tenant !== undefined) this.#refuse(findIndistinct(authorizers, tenant));
    for (const options of authorizers) {
      const { name, revocations } = options.stack;
      const authorizer = functions[name];
      if (authorizer === undefined) continue;
      const offlineRoutes = hasRoutePermissions(options)
        ? findOfflineRoutes(this.#serverless, name)
        : undefined;
      writeAuthorizer(this.#plan.getArtifact(name), { routes: options.routes, offlineRoutes });
      const environment = revocations ? withoutTable(authorizer.environment) : authorizer.environment;
      authorizer.environment = withOwnSettingsOnly({
        ...environment,
        ...(tenant && toOfflineVariables(options, tenant)),
      });
    }
    if (tenant !== undefined) this.#tell(`tenant ${tenant[getVariable("domain")] ?? ""}`);
    if (this.#plan.first.stack.revocations) writeWriters(this.#plan.writersArtifact);
    this.#nameOpenRoutes();
  }

  #nameOpenRoutes(): void {
    const { publicRoutes } = this.#plan.first.stack;
    const open = findOpenRoutes(this.#serverless.service, publicRoutes);
    if (open.length === 0) return;
    const [advice = ""] = advisePublicRoutes(open, publicRoutes);
    this.#warn(
      `anyone can call ${open.join(", ")} without a token, so packaging would be refused. ${advice}`,
    );
  }

  async #writeArtifacts(): Promise<void> {
    for (const options of this.#plan.authorizers) {
      const snapshot = await takeKeys(options, (text) => this.#warn(text));
      writeAuthorizer(this.#plan.getArtifact(options.stack.name), { snapshot, routes: options.routes });
    }
    if (this.#plan.first.stack.revocations) writeWriters(this.#plan.writersArtifact);
  }

  #addResources(): void {
    const { provider } = this.#serverless.service;
    const template = provider.compiledCloudFormationTemplate;
    addResources(template, this.#plan, provider, this.#external);
    if (!this.#plan.first.stack.gatewayResponses || !guardsRestApi(template, this.#plan)) return;
    // An API has one response of each type: services that share it would take turns in replacing them.
    if (provider.apiGateway?.restApiId !== undefined)
      this.#tell("the REST API is another stack's, so its gateway responses belong there");
    else this.#gatewayResponses = addGatewayResponses(template, this.#plan);
  }

  /** With the service's own resources in the template, and before plugins that split it. */
  #completeTemplate(): void {
    const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
    fitIn(template, this.#gatewayResponses, this.#plan.first.stack);
    deployWithResponses(template);
    this.#beforeSplit = structuredClone(template);
  }

  #checkTemplate(): void {
    const { provider } = this.#serverless.service;
    const { publicRoutes, except } = this.#plan.first.stack;
    const template = this.#chooseTemplate(provider.compiledCloudFormationTemplate);
    const findings = lintTemplate(template, {
      publicRoutes,
      except,
      parents: findImportedPaths(provider),
      readFile: (key) => this.#plan.readPackaged(key),
    });
    const isError = ({ severity }: Finding): boolean => severity === "error";
    for (const finding of findings.filter((each) => !isError(each)))
      this.#warn(`${finding.severity === "not checked" ? "not checked: " : ""}${formatFinding(finding)}`);
    const open = findings
      .filter(({ rule }) => rule === "unguarded-route")
      .flatMap(({ route }) => route ?? []);
    this.#refuse(findings.filter(isError).map(formatFinding), advisePublicRoutes(open, publicRoutes));
  }

  /** What is deployed; where a plugin has moved resources into nested stacks, all of it in one template. */
  #chooseTemplate(compiled: Template): Template {
    const root = withoutNull(compiled);
    const before = withoutNull(this.#beforeSplit ?? compiled);
    const count = (template: Template): number => getResources(template, "AWS::CloudFormation::Stack").length;
    return count(root) > count(before) ? before : root;
  }

  #tell(text: string): void {
    this.#log.notice(`auth0-api-gateway-authorizer: ${text}`);
  }

  #warn(text: string): void {
    this.#log.warning(`auth0-api-gateway-authorizer: ${text}`);
  }

  /** @throws an error of the framework's with these issues, if there are any, and advice on them */
  #refuse(issues: readonly string[], advice: readonly string[] = []): void {
    if (issues.length === 0) return;
    const count = issues.length === 1 ? "1 issue" : `${issues.length} issues`;
    const head = `auth0-api-gateway-authorizer found ${count}, so nothing is ${this.#isOffline ? "started" : "deployed"}.`;
    const lines = [head, ...issues.map((issue) => `- ${issue}`), ...advice];
    throw new this.#serverless.classes.Error(lines.join("\n"), "AUTH0_AUTHORIZER_ISSUES");
  }
}

/** Serverless leaves out what is empty when it writes a template, and the rules read what is written. */
function withoutNull(template: Template): Template {
  const resources = Object.entries(template.Resources as Record<string, unknown>);
  return {
    ...template,
    Resources: Object.fromEntries(
      resources.filter(([, resource]) => resource !== null),
    ) as Template["Resources"],
  };
}

/** On a developer's machine there is no table of this stack. */
function withoutTable(environment: FunctionDefinition["environment"] = {}): Record<string, unknown> {
  const isOfTable = (name: string): boolean => name.startsWith("REVOCATION_");
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOfTable(name)));
}
