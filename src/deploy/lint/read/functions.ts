import type { Model, Permission, Role } from "../model.ts";
import {
  getReference,
  getReferences,
  getWhysUnknown,
  getWhyUnknown,
  toList,
  toRecord,
  toText,
  type Properties,
} from "../values.ts";
import { toFunction } from "./called.ts";
import type { Resource, Resources } from "./resources.ts";
import type { ReadFile } from "./routes-file.ts";
import { withGlobals } from "./sam.ts";

/** A reference in a text, such as `⟦AWS::Partition⟧`, whose colons separate nothing. */
const REFERENCE = /⟦[^⟧]*⟧/g;
/** Everything, or every API of every account: the account is a wildcard, or an earlier one stands for the rest. */
const ANY_SOURCE = /^\*+$|^arn:(?:[^:]*:){0,3}\*+$|^arn:(?:[^:]*:){3}\*+(?::|$)/;

/** Reads functions, their addresses, who may call them, their roles and their log groups. */
export function readFunctions(resources: Resources, model: Model, readFile: ReadFile): void {
  for (const resource of resources.ofType("AWS::Lambda::Function"))
    model.functions.push(toFunction(resource, readFile));
  for (const resource of resources.ofType("AWS::Serverless::Function"))
    readSamFunction({ ...resource, properties: withGlobals(resource) }, model, readFile);
  for (const { id, properties } of resources.ofType("AWS::Lambda::Url"))
    model.urls.push({
      id,
      function: resources.findFunction(properties["TargetFunctionArn"]),
      authType: readAuthType(properties["AuthType"]),
    });
  for (const permission of resources.ofType("AWS::Lambda::Permission"))
    model.permissions.push(readPermission(permission, resources));
  for (const role of resources.ofType(
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
  ))
    model.roles.push(readRole(role));
  for (const { id, properties } of resources.ofType("AWS::Logs::LogGroup", "Custom::LogRetention"))
    model.logGroups.push({
      id,
      name: toText(properties["LogGroupName"]) ?? "",
      isKeptForEver: properties["RetentionInDays"] === undefined,
    });
}

function readSamFunction(resource: Resource, model: Model, readFile: ReadFile): void {
  const { id, properties } = resource;
  model.functions.push(toFunction(resource, readFile));
  const url = toRecord(properties["FunctionUrlConfig"]);
  if (Object.keys(url).length > 0)
    model.urls.push({ id, function: id, authType: readAuthType(url["AuthType"]) });
}

function readAuthType(value: unknown): string | undefined {
  return getWhyUnknown(value) === undefined ? toText(value) : undefined;
}

function readPermission({ id, properties }: Resource, resources: Resources): Permission {
  const { FunctionName, Principal, SourceArn, SourceAccount, PrincipalOrgID } = properties;
  const { FunctionUrlAuthType, InvokedViaFunctionUrl } = properties;
  return {
    id,
    function: resources.findFunction(FunctionName),
    principal: getWhyUnknown(Principal) === undefined ? toText(Principal) : undefined,
    apis: getReferences(SourceArn).filter((api) => !api.startsWith("AWS::")),
    unknownSources: getWhysUnknown(SourceArn),
    hasSource: [SourceArn, SourceAccount, PrincipalOrgID].some(
      (source) => source !== undefined && !ANY_SOURCE.test((toText(source) ?? "").replace(REFERENCE, "_")),
    ),
    isOfUrl: FunctionUrlAuthType !== undefined || InvokedViaFunctionUrl !== undefined,
  };
}

function readRole({ id, type, properties }: Resource): Role {
  const policies = [properties, ...toList(properties["Policies"]).map(toRecord)];
  return {
    id,
    roles: type === "AWS::IAM::Role" ? [id] : getReferences(properties["Roles"] ?? properties["RoleName"]),
    statements: policies.flatMap(({ PolicyDocument }) => readStatements(PolicyDocument)),
    excesses: readExcesses(properties),
    isComplete:
      toList(properties["ManagedPolicyArns"]).every((arn) => isOfLogs(arn)) &&
      getWhyUnknown(properties["Policies"]) === undefined &&
      policies.every(({ PolicyDocument }) => getWhyUnknown(PolicyDocument) === undefined),
  };
}

/** AWS's own policies for everything, or for everything of a service. */
const WIDE_POLICY = /:policy\/(?:AdministratorAccess|PowerUserAccess|\w*FullAccess\w*)$/;

function readExcesses({ ManagedPolicyArns, AssumeRolePolicyDocument }: Properties): string[] {
  const arns = toList(ManagedPolicyArns).map((arn) => toText(arn) ?? "");
  const isForAnyone = readStatements(AssumeRolePolicyDocument).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" &&
      Condition === undefined &&
      [Principal, toRecord(Principal)["AWS"]].some((principal) => toList(principal).includes("*")),
  );
  return [
    ...arns
      .filter((arn) => WIDE_POLICY.test(arn))
      .map((arn) => `it has the managed policy ${arn.slice(arn.lastIndexOf("/") + 1)}`),
    ...(isForAnyone ? ["any account may assume it"] : []),
  ];
}

/** AWS's own policies for logs, networks and traces add no right to a table. */
function isOfLogs(arn: unknown): boolean {
  const text = toText(arn) ?? "";
  return getReference(text) !== undefined || /\/(?:AWSLambda\w+ExecutionRole|AWSXRay\w+)$/.test(text);
}

function readStatements(document: unknown): Properties[] {
  return toList(toRecord(document)["Statement"]).map(toRecord);
}
