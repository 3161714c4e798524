import type { Model } from "../model.ts";
import { getWhyUnknown, toRecord, type Properties } from "../values.ts";
import { toApiId, type Resources } from "./resources.ts";

/** Reads the stages of APIs with their variables: those that are resources, and those that a deployment makes. */
export function readStages(resources: Resources, { stages }: Model): void {
  for (const { id, properties } of resources.ofType("AWS::ApiGateway::Stage"))
    stages.push(toStage(id, properties["RestApiId"], properties["Variables"]));
  for (const { id, properties } of resources.ofType("AWS::ApiGateway::Deployment"))
    if (properties["StageName"] !== undefined)
      stages.push(toStage(id, properties["RestApiId"], getDescribed(properties["StageDescription"])));
  for (const { id, properties } of resources.ofType("AWS::ApiGatewayV2::Stage"))
    stages.push(toStage(id, properties["ApiId"], properties["StageVariables"]));
}

function toStage(id: string, api: unknown, variables: unknown): Model["stages"][number] {
  return { id, api: toApiId(api), variables: readVariables(variables) };
}

function getDescribed(description: unknown): unknown {
  return getWhyUnknown(description) === undefined ? toRecord(description)["Variables"] : description;
}

/** A stage's variables; undefined where only a deployment knows. */
export function readVariables(value: unknown): Properties | undefined {
  return getWhyUnknown(value) === undefined ? toRecord(value) : undefined;
}
