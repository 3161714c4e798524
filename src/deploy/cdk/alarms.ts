import { CfnStack } from "aws-cdk-lib";
import type { IEventBus } from "aws-cdk-lib/aws-events";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Topic, type ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Settings } from "../../settings/settings.ts";
import { readTemplate } from "../package/templates.ts";
import type { Revocations } from "./revocations.ts";

export interface AlarmOptions {
  /** Who hears of them. AWS sends a link to confirm. */
  readonly email?: string;
  /** How many rejected requests, in percent, raise the alarm: 50 by default. */
  readonly refusedPercent?: number;
  /** Whether there is a dashboard that shows them: no, by default. */
  readonly dashboard?: boolean;
  /** After how many hours without a message from the Event Stream something is wrong: 168, by default. */
  readonly silenceHours?: number;
}

interface AlarmsProps extends AlarmOptions {
  readonly authorizer: IFunction;
  readonly settings: Partial<Settings>;
  readonly revocations: Revocations | undefined;
  readonly eventBus: IEventBus | undefined;
}

/** The alarms: a nested stack, from the template that comes with the package. */
export class Alarms extends Construct {
  /** Notifies of alarms: subscribe the team on call. */
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const template = new Asset(this, "Template", { path: `${import.meta.dirname}/alarms.json` });
    const stack = new CfnStack(this, "Stack", {
      templateUrl: template.httpUrl,
      parameters: getParameters(props),
    });
    this.topic = Topic.fromTopicArn(this, "Topic", stack.getAtt("Outputs.AlarmTopicArn").toString());
  }
}

/** What is left out has the default of the template. */
function getParameters({ authorizer, settings, revocations, ...props }: AlarmsProps): Record<string, string> {
  const parameters: Record<string, string | undefined> = {
    RevocationTable: settings.revocationTable,
    ...revocations?.outputs,
    AuthorizerLambdaFunction: authorizer.functionName,
    AuthorizerLogLevel: settings.logLevel,
    AlarmEmail: props.email,
    AlarmRefusedPercent: props.refusedPercent?.toString(),
    ShowDashboard: props.dashboard?.toString(),
    EventBus: props.eventBus?.eventBusName,
    SilenceHours: props.silenceHours?.toString(),
  };
  const { Parameters = {} } = readTemplate(import.meta.dirname, "alarms");
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] in Parameters,
  );
  return Object.fromEntries(given);
}
