import type { GoodTemplate, Json, ResourceJson } from "./templates.ts";

/** A template with one thing spoilt. */
export interface Mutant extends GoodTemplate {
  readonly what: string;
}

/** Spoils the object at a place of a template. */
type Mutation = readonly [name: string, mutate: (at: Json) => void];

const set =
  (properties: Json) =>
  (at: Json): void =>
    void Object.assign(at, properties);
const remove =
  (...names: string[]) =>
  (at: Json): void =>
    names.forEach((name) => Reflect.deleteProperty(at, name));
const either = (yes: unknown, no: unknown): Json => ({ "Fn::If": ["IsOpen", yes, no] });
const none = { Ref: "AWS::NoValue" };

const ROUTES: readonly Mutation[] = [
  ["NONE", set({ AuthorizationType: "NONE" })],
  ["NONE, and no authorizer", set({ AuthorizationType: "NONE", AuthorizerId: undefined })],
  ["no authorizer", remove("AuthorizerId")],
  ["no type", remove("AuthorizationType")],
  ["neither", remove("AuthorizationType", "AuthorizerId")],
  ["a type by condition", set({ AuthorizationType: either("NONE", "CUSTOM") })],
  ["a type by the other condition", set({ AuthorizationType: either("CUSTOM", "NONE") })],
  ["an authorizer by condition", set({ AuthorizerId: either(none, { Ref: "Guard" }) })],
  [
    "both by condition",
    set({ AuthorizationType: either("NONE", "CUSTOM"), AuthorizerId: either(none, { Ref: "Guard" }) }),
  ],
  ["a type by parameter", set({ AuthorizationType: { Ref: "AuthType" } })],
  ["a type by dynamic reference", set({ AuthorizationType: "{{resolve:ssm:/auth}}" })],
  ["a type by import", set({ AuthorizationType: { "Fn::ImportValue": "auth" } })],
  ["an authorizer of another stack", set({ AuthorizerId: { "Fn::ImportValue": "guard" } })],
  ["an authorizer by ID", set({ AuthorizerId: "a1b2c3" })],
  ["an authorizer by parameter", set({ AuthorizerId: { Ref: "AuthType" } })],
  ["an authorizer that there is not", set({ AuthorizerId: { Ref: "Gard" } })],
  ["a resource that is not an authorizer", set({ AuthorizerId: { Ref: "Api" } })],
  ["properties by transform", set({ "Fn::Transform": { Name: "AWS::Include" } })],
];

const AUTHORIZERS: readonly Mutation[] = [
  ["the function of another stack", set({ AuthorizerUri: { "Fn::ImportValue": "auth0" } })],
  [
    "a type by parameter",
    set({ Type: { "Fn::ImportValue": "x" }, AuthorizerType: { "Fn::ImportValue": "x" } }),
  ],
];

const CACHING: readonly Mutation[] = [
  ["another header", set({ IdentitySource: "$request.header.X-Session", AuthorizerResultTtlInSeconds: 60 })],
  ["no source", set({ IdentitySource: [], AuthorizerResultTtlInSeconds: 60 })],
  ["a source by import", set({ IdentitySource: { "Fn::ImportValue": "source" } })],
];

const PERMISSIONS: readonly Mutation[] = [
  ["for another function", set({ FunctionName: { "Fn::GetAtt": ["Other", "Arn"] } })],
  ["for another service", set({ Principal: "s3.amazonaws.com" })],
  ["for another API", set({ SourceArn: { "Fn::Sub": "arn:aws:execute-api:eu-west-1:1:${Other}/*" } })],
  ["for everyone", set({ Principal: "*", SourceArn: undefined })],
  ["for every source", set({ Principal: "*", SourceArn: "*" })],
];

const SETTINGS: readonly Mutation[] = [
  ["no tenant", remove("AUTH0_DOMAIN")],
  ["no audiences", remove("AUTH0_AUDIENCES")],
  ["an empty tenant", set({ AUTH0_DOMAIN: "" })],
  ["a tenant by import", set({ AUTH0_DOMAIN: { "Fn::ImportValue": "tenant" } })],
  ["audiences from SSM", set({ AUTH0_AUDIENCES: "{{resolve:ssm:/audiences}}" })],
  ["no email claim", remove("AUTH0_EMAIL_CLAIM")],
  ["a wrong number", set({ JWKS_TIMEOUT_MS: "soon" })],
];

const OPERATIONS: readonly Mutation[] = [
  ["no security", remove("security")],
  ["an empty security", set({ security: [] })],
  ["nothing asked for", set({ security: [{}] })],
  ["a scheme that there is not", set({ security: [{ auth: [] }] })],
  ["optional", set({ security: [{ auth0: [] }, {}] })],
  ["by condition", set({ security: either([], [{ auth0: [] }]) })],
  ["by import", set({ security: { "Fn::ImportValue": "security" } })],
];

const EVENTS: readonly Mutation[] = [
  ["NONE", set({ Auth: { Authorizer: "NONE" } })],
  ["by condition", set({ Auth: { Authorizer: either("NONE", "Guard") } })],
  ["by import", set({ Auth: { Authorizer: { "Fn::ImportValue": "guard" } } })],
  ["an authorizer that there is not", set({ Auth: { Authorizer: "Gard" } })],
  ["an Auth by condition", set({ Auth: either({ Authorizer: "NONE" }, none) })],
  ["an API key alone", set({ Auth: { Authorizer: "NONE", ApiKeyRequired: false } })],
  [
    "an API of another stack",
    set({ RestApiId: { "Fn::ImportValue": "api" }, ApiId: { "Fn::ImportValue": "api" } }),
  ],
];

const AUTHS: readonly Mutation[] = [
  ["no default", remove("DefaultAuthorizer")],
  ["no authorizers", remove("Authorizers")],
  ["a default by condition", set({ DefaultAuthorizer: either("NONE", "Guard") })],
  ["a default that there is not", set({ DefaultAuthorizer: "Gard" })],
  ["NONE", set({ DefaultAuthorizer: "NONE" })],
];

const HOLDERS: readonly Mutation[] = [
  ["no Auth", remove("Auth")],
  ["an Auth by condition", set({ Auth: either(none, { DefaultAuthorizer: "Guard" }) })],
  ["an Auth by transform", set({ Auth: { "Fn::Transform": { Name: "AWS::Include" } } })],
  ["a document in S3", set({ DefinitionUri: "s3://bucket/api.yml" })],
];

const BODIES: readonly Mutation[] = [
  ["in S3", set({ Body: undefined, BodyS3Location: { Bucket: "b", Key: "k" } })],
  ["by transform", set({ Body: { "Fn::Transform": { Name: "AWS::Include", Parameters: {} } } })],
  ["by condition", (at) => set({ Body: either(at["Body"], {}) })(at)],
  ["by import", set({ Body: { "Fn::ImportValue": "body" } })],
];

/** Mutations by what they spoil. A place is found in a copy of the template. */
const PLACES: readonly (readonly [find: (good: GoodTemplate) => Json[], mutations: readonly Mutation[]])[] = [
  [
    ({ template, files }) => [
      ...properties(template, isGuardedRoute),
      ...properties(files["routes.json"], isGuardedRoute),
    ],
    ROUTES,
  ],
  [({ template }) => properties(template, isOfType(/Authorizer$/)), AUTHORIZERS],
  [({ template }) => properties(template, isCachingAuthorizer), CACHING],
  [
    ({ template }) => properties(template, (each, id) => each.Type.endsWith("Permission") && id === "MayAsk"),
    PERMISSIONS,
  ],
  [({ template }) => properties(template, (_, id) => id === "Auth0").map(toVariables), SETTINGS],
  [({ template }) => properties(template, (_, id) => id === "Api").flatMap(toOperations), OPERATIONS],
  [({ template }) => properties(template, (_, id) => id === "Orders").flatMap(toEvents), EVENTS],
  [({ template }) => toAuthHolders(template).map((holder) => holder["Auth"] as Json), AUTHS],
  [({ template }) => toAuthHolders(template), HOLDERS],
  [({ template }) => properties(template, ({ Properties: { Body } }) => Body !== undefined), BODIES],
];

/** Every mutant that these mutations make of a template. */
export function mutantsOf(good: GoodTemplate): Mutant[] {
  const simple = PLACES.flatMap(([find, mutations]) =>
    mutations.flatMap(([name, mutate]) =>
      find(good).map((_, index) => {
        const copy = structuredClone(good);
        mutate(find(copy)[index] ?? {});
        return { ...withParameters(copy), what: `${name}, at ${index} of ${mutations[0]?.[0] ?? ""} …` };
      }),
    ),
  );
  return [...simple, ...largeMutants(good)];
}

/** Changes of whole resources. */
function largeMutants(good: GoodTemplate): Mutant[] {
  const mutants: Mutant[] = [];
  const add = (what: string, change: (template: GoodTemplate["template"], files: Json) => void): void => {
    const copy = structuredClone(good);
    change(copy.template, copy.files);
    mutants.push({ ...withParameters(copy), what });
  };
  const { Resources } = good.template;
  for (const [id, resource] of Object.entries(Resources)) {
    if (isGuardedRoute(resource)) {
      add(`${id} open, into a nested stack`, (template, files) => moveToNested(template, files, id, true));
      add(`${id} into a nested stack that is not there`, (template, files) => {
        moveToNested(template, files, id, false);
        Reflect.deleteProperty(files, "moved.json");
      });
      add(`${id} into Fn::ForEach`, ({ Resources: all }) => {
        const moved = { [`Fn::ForEach::${id}`]: ["X", ["a"], { [id]: resource }] };
        Reflect.deleteProperty(all, id);
        Object.assign(all, moved);
      });
      add(`an open one beside ${id}`, ({ Resources: all }) => {
        const open = structuredClone(resource);
        Object.assign(open.Properties, { AuthorizationType: "NONE", AuthorizerId: undefined });
        all["Open"] = open;
      });
      if (!isWebSocket(Resources)) add(`${id} into an OpenAPI body`, (template) => moveToBody(template, id));
    }
    if (/Authorizer$|Permission$/.test(resource.Type) && id !== "MayCall")
      add(`without ${id}`, ({ Resources: all }) => void Reflect.deleteProperty(all, id));
    if (resource.Type === "AWS::CloudFormation::Stack")
      add("without the nested template", (_, files) => void Reflect.deleteProperty(files, "routes.json"));
  }
  if (!isWebSocket(Resources)) {
    add("a function URL", ({ Resources: all }) => {
      const target = { TargetFunctionArn: { Ref: "Orders" }, AuthType: "NONE" };
      all["Url"] = { Type: "AWS::Lambda::Url", Properties: target };
    });
    add("a function URL by parameter", ({ Resources: all }) => {
      const target = { TargetFunctionArn: { Ref: "Orders" }, AuthType: { "Fn::ImportValue": "type" } };
      all["Url"] = { Type: "AWS::Lambda::Url", Properties: target };
    });
  } else add("without $connect", ({ Resources: all }) => void Reflect.deleteProperty(all, "Connect"));
  add("a macro", (template) => void (template["Transform"] = "Company::Macro"));
  add(
    "an include",
    ({ Resources: all }) => void Object.assign(all, { "Fn::Transform": { Name: "AWS::Include" } }),
  );
  add(
    "a module",
    ({ Resources: all }) => void (all["More"] = { Type: "Company::Api::Routes::MODULE", Properties: {} }),
  );
  add("quick create", ({ Resources: all }) => {
    const quick = { Name: "open", ProtocolType: "HTTP", Target: { "Fn::GetAtt": ["Orders", "Arn"] } };
    all["Quick"] = { Type: "AWS::ApiGatewayV2::Api", Properties: quick };
  });
  if (Resources["Guard"]?.Type === "AWS::ApiGatewayV2::Authorizer" && !isWebSocket(Resources))
    add("the other format of responses", ({ Resources: all }) => {
      const at = all["Guard"]?.Properties ?? {};
      at["EnableSimpleResponses"] = at["EnableSimpleResponses"] !== true;
    });
  return mutants;
}

/** What a route names becomes a parameter of a stack that the template gives it. */
export function moveToNested(
  template: GoodTemplate["template"],
  files: Json,
  id: string,
  isOpen: boolean,
): void {
  const moved = structuredClone(template.Resources[id] ?? { Type: "", Properties: {} });
  const parameters: Json = {};
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== "object" || value === null) return value;
    const [[name, argument] = ["", undefined]] = Object.entries(value);
    const isReference = name === "Fn::GetAtt" || (name === "Ref" && !String(argument).startsWith("AWS::"));
    if (!isReference)
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part)]));
    const parameter = `P${[argument].flat().join("")}`;
    parameters[parameter] = value;
    return { Ref: parameter };
  };
  moved.Properties = replace(moved.Properties) as Json;
  if (isOpen) Object.assign(moved.Properties, { AuthorizationType: "NONE", AuthorizerId: undefined });
  const Parameters = Object.fromEntries(Object.keys(parameters).map((name) => [name, { Type: "String" }]));
  files["moved.json"] = { Parameters, Resources: { [id]: moved } };
  Reflect.deleteProperty(template.Resources, id);
  const nested = { TemplateURL: "./moved.json", Parameters: parameters };
  template.Resources["Moved"] = { Type: "AWS::CloudFormation::Stack", Properties: nested };
}

function moveToBody(template: GoodTemplate["template"], id: string): void {
  const integration = { type: "aws_proxy", uri: { "Fn::GetAtt": ["Orders", "Arn"] } };
  const paths = { "/moved": { get: { "x-amazon-apigateway-integration": integration } } };
  Reflect.deleteProperty(template.Resources, id);
  Object.assign(template.Resources["Api"]?.Properties ?? {}, { Body: { openapi: "3.0.1", paths } });
}

/** A parameter and a condition for what a mutation names. */
function withParameters(good: GoodTemplate): GoodTemplate {
  const add = (template: Json): void => {
    const given = template["Parameters"] as Json | undefined;
    template["Parameters"] = { ...given, AuthType: { Type: "String", Default: "CUSTOM" } };
    template["Conditions"] = { IsOpen: { "Fn::Equals": [{ Ref: "AuthType" }, "NONE"] } };
  };
  for (const template of [good.template, good.files["routes.json"]]) if (template) add(template as Json);
  return good;
}

function properties(template: unknown, is: (resource: ResourceJson, id: string) => boolean): Json[] {
  const { Resources = {} } = (template ?? {}) as Partial<GoodTemplate["template"]>;
  return Object.entries(Resources).flatMap(([id, each]) => (is(each, id) ? [each.Properties] : []));
}

function isGuardedRoute({ Type, Properties }: ResourceJson): boolean {
  return /::(?:Method|Route)$/.test(Type) && Properties["AuthorizationType"] === "CUSTOM";
}

function isOfType(pattern: RegExp): (resource: ResourceJson) => boolean {
  return ({ Type }) => pattern.test(Type);
}

/** Nothing is cached for a WebSocket API, and a TOKEN is its own key. */
function isCachingAuthorizer({ Type, Properties }: ResourceJson): boolean {
  const isWebSocketSource = JSON.stringify(Properties).includes("route.request");
  return Type.endsWith("Authorizer") && Properties["Type"] !== "TOKEN" && !isWebSocketSource;
}

function isWebSocket(resources: GoodTemplate["template"]["Resources"]): boolean {
  return resources["Api"]?.Properties["ProtocolType"] === "WEBSOCKET";
}

function toVariables({ Environment }: Json): Json {
  return (Environment as { Variables: Json }).Variables;
}

function toOperations({ Body }: Json): Json[] {
  const { paths = {} } = (Body ?? {}) as { paths?: Record<string, Record<string, Json>> };
  return Object.values(paths).flatMap((item) => Object.values(item));
}

function toEvents({ Events = {} }: Json): Json[] {
  return Object.values(Events as Record<string, { Properties: Json }>).map((event) => event.Properties);
}

function toAuthHolders({ Resources, Globals = {} }: GoodTemplate["template"]): Json[] {
  const all = [...Object.values(Resources).map((each) => each.Properties), ...Object.values(Globals as Json)];
  return (all as Json[]).filter(({ Auth }) => Auth !== undefined);
}
