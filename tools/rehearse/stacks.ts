import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import type { Buckets } from "./buckets.ts";
import { element, elements, failure, members, xml, type Answer } from "./xml.ts";

/** A stack as it stands. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
  readonly status: string;
  readonly createdAt: Date;
}

interface ChangeSet {
  readonly stack: string;
  readonly template: Template;
}

const BUCKET = "AWS::S3::Bucket";

/** What of CloudFormation a deployment uses. Of all resources only buckets are made, for the artefacts. */
export class Stacks {
  readonly #buckets: Buckets;
  readonly #stacks = new Map<string, Stack>();
  readonly #changeSets = new Map<string, ChangeSet>();
  readonly #events: string[] = [];

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
  }

  find(name: string): Stack | undefined {
    return this.#stacks.get(name);
  }

  answer(parameters: URLSearchParams): Answer {
    const action = parameters.get("Action") ?? "";
    const name = nameOf(parameters.get("StackName") ?? "");
    switch (action) {
      case "CreateStack":
      case "UpdateStack":
        return this.#deploy(action, name, this.#templateOf(parameters));
      case "CreateChangeSet":
        return this.#createChangeSet(name, parameters);
      case "ExecuteChangeSet":
        return this.#executeChangeSet(name);
      case "DeleteStack":
        return this.#delete(name);
      case "ValidateTemplate":
      case "DeleteChangeSet":
        return xml(action, "");
      default:
        return this.#describe(action, name, parameters.get("LogicalResourceId") ?? undefined);
    }
  }

  #describe(action: string, name: string, resource?: string): Answer {
    const stack = this.#stacks.get(name);
    if (action === "DescribeStackEvents")
      return xml(action, `<StackEvents>${members(this.#events)}</StackEvents>`);
    if (action === "DescribeChangeSet") {
      return xml(
        action,
        elements({ ChangeSetName: name, Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE" }),
      );
    }
    if (stack === undefined) return failure("ValidationError", `Stack with id ${name} does not exist`);
    switch (action) {
      case "DescribeStacks":
        return xml(action, `<Stacks>${members([described(stack)])}</Stacks>`);
      case "GetTemplate":
        return xml(action, element("TemplateBody", JSON.stringify(stack.template)));
      case "DescribeStackResource":
      case "DescribeStackResources":
      case "ListStackResources":
        return xml(action, resourceList(action, stack, resource));
      default:
        return failure("NotSupported", `${action} is not supported by this fake`, 501);
    }
  }

  #createChangeSet(name: string, parameters: URLSearchParams): Answer {
    this.#changeSets.set(name, { stack: name, template: this.#templateOf(parameters) });
    return xml(
      "CreateChangeSet",
      elements({ Id: parameters.get("ChangeSetName") ?? "", StackId: idOf(name) }),
    );
  }

  #executeChangeSet(name: string): Answer {
    const changeSet = this.#changeSets.get(name);
    if (changeSet === undefined) return failure("ChangeSetNotFound", name);
    this.#changeSets.delete(name);
    return this.#deploy(this.#stacks.has(name) ? "UpdateStack" : "CreateStack", name, changeSet.template);
  }

  #deploy(action: "CreateStack" | "UpdateStack", name: string, template: Template): Answer {
    const verb = action === "CreateStack" ? "CREATE" : "UPDATE";
    const before = this.#stacks.get(name);
    if ((before === undefined) !== (verb === "CREATE"))
      return failure("ValidationError", `${action} of ${name}`);
    for (const logicalId of Object.keys(template.Resources)) {
      const isNew = before?.template.Resources[logicalId] === undefined;
      if (isNew && template.Resources[logicalId]?.Type === BUCKET)
        this.#buckets.create(physicalId(name, logicalId));
      if (isNew) this.#tell(name, logicalId, template.Resources[logicalId]?.Type ?? "", "CREATE_COMPLETE");
    }
    const createdAt = before?.createdAt ?? new Date();
    this.#stacks.set(name, { name, template, status: `${verb}_COMPLETE`, createdAt });
    this.#tell(name, name, "AWS::CloudFormation::Stack", `${verb}_COMPLETE`);
    return xml(action, elements({ StackId: idOf(name) }));
  }

  #delete(name: string): Answer {
    const { template } = this.#stacks.get(name) ?? { template: { Resources: {} } };
    for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
      if (Type === BUCKET) this.#buckets.delete(physicalId(name, logicalId));
      this.#tell(name, logicalId, Type, "DELETE_COMPLETE");
    }
    this.#stacks.delete(name);
    this.#tell(name, name, "AWS::CloudFormation::Stack", "DELETE_COMPLETE");
    return xml("DeleteStack", "");
  }

  /** Given in the request, or by the address of an object in a bucket. */
  #templateOf(parameters: URLSearchParams): Template {
    const body = parameters.get("TemplateBody");
    if (body !== null) return JSON.parse(body) as Template;
    const [, bucket = "", ...key] = new URL(parameters.get("TemplateURL") ?? "").pathname.split("/");
    return JSON.parse(String(this.#buckets.objects(bucket).get(key.join("/")))) as Template;
  }

  #tell(stack: string, logicalId: string, type: string, status: string): void {
    this.#events.unshift(
      elements({
        EventId: `event-${this.#events.length}`,
        StackId: idOf(stack),
        StackName: stack,
        LogicalResourceId: logicalId,
        PhysicalResourceId: logicalId === stack ? idOf(stack) : physicalId(stack, logicalId),
        ResourceType: type,
        ResourceStatus: status,
        Timestamp: new Date().toISOString(),
      }),
    );
  }
}

function described({ name, status, createdAt, template }: Stack): string {
  const outputs = Object.keys(template.Outputs ?? {}).map((OutputKey) =>
    elements({ OutputKey, OutputValue: `value-of-${OutputKey}` }),
  );
  const fields = {
    StackId: idOf(name),
    StackName: name,
    StackStatus: status,
    CreationTime: createdAt.toISOString(),
  };
  return `${elements(fields)}<Outputs>${members(outputs)}</Outputs>`;
}

function resourceList(action: string, { name, template }: Stack, only?: string): string {
  const asked = Object.entries(template.Resources).filter(([id]) => only === undefined || id === only);
  const resources = asked.map(([LogicalResourceId, { Type }]) =>
    elements({
      LogicalResourceId,
      PhysicalResourceId: physicalId(name, LogicalResourceId),
      ResourceType: Type,
      ResourceStatus: "CREATE_COMPLETE",
      LastUpdatedTimestamp: new Date().toISOString(),
    }),
  );
  const list = action === "ListStackResources" ? "StackResourceSummaries" : "StackResources";
  return action === "DescribeStackResource"
    ? `<StackResourceDetail>${resources.join("")}</StackResourceDetail>`
    : `<${list}>${members(resources)}</${list}>`;
}

function idOf(stack: string): string {
  return `arn:aws:cloudformation:eu-central-1:123456789012:stack/${stack}/00000000-0000-4000-8000-000000000000`;
}

/** A stack is asked for by its name or by its ID. */
function nameOf(nameOrId: string): string {
  return nameOrId.split(":stack/")[1]?.split("/")[0] ?? nameOrId;
}

function physicalId(stack: string, logicalId: string): string {
  return `${stack}-${logicalId}`.toLowerCase();
}
