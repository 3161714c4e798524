import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import { Match, Rule, type IEventBus } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  EventInvokeConfig,
  Function,
  FunctionUrlAuthType,
  LoggingFormat,
  Runtime,
  RuntimeFamily,
  type FunctionUrl,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentFrom } from "../settings/environment.ts";
import type { Settings } from "../settings/settings.ts";

export interface RevocationOptions {
  /** The partner event bus of the tenant's Event Stream, whose name is `aws.partner/auth0.com/…`. */
  readonly eventBus?: IEventBus;
  /** That of its log stream. */
  readonly logEventBus?: IEventBus;
  /** Whether a log-out in the log stream ends its session. */
  readonly revokeOnLogout?: boolean;
  /** The applications whose logout tokens count: with them there is an endpoint, which is open to everybody. */
  readonly logoutClientIds?: readonly string[];
}

interface RevocationsProps extends RevocationOptions {
  readonly settings: Partial<Settings>;
  readonly logRetention: RetentionDays;
}

const SOURCE = "aws.partner/auth0.com/";
const DEAD_LETTER_RETENTION = Duration.days(14);
const TIMEOUT = Duration.seconds(10);
/** What the authorizer's settings have to do with who ends a session. */
const LOGOUT_SETTINGS: readonly string[] = [
  ...["AUTH0_DOMAIN", "AUTH0_CLIENT_IDS", "AUTHORIZER_CLOCK_TOLERANCE_SECONDS"],
  ...["JWKS_MAX_AGE_SECONDS", "JWKS_STALE_IF_ERROR_SECONDS", "JWKS_TIMEOUT_MS"],
];
const EVERY_WRITER: readonly string[] = ["REVOCATION_RETENTION_HOURS", "AUTHORIZER_LOG_LEVEL"];

type Variables = Readonly<Record<string, string>>;

/** A table of revocations and what fills it: Auth0's messages from EventBridge, and its logout tokens. */
export class Revocations extends Construct {
  /** What the authorizer reads and `auth0-authorizer revoke` writes to. */
  readonly table: Table;
  /** Where messages are that could not be written down, for two weeks. */
  readonly deadLetters: Queue;
  /** What EventBridge calls. */
  readonly eventWriter: Function;
  /** The bus of the Event Stream. */
  readonly eventBus: IEventBus | undefined;
  /** For the back-channel logout URI of each application in Auth0. */
  readonly logoutUrl: FunctionUrl | undefined;
  /** What takes logout tokens. */
  readonly logoutWriter: Function | undefined;
  readonly #logRetention: RetentionDays;

  /** @throws ConfigurationError with every mistake in the settings */
  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    this.#logRetention = props.logRetention;
    // What stands in it has no effect after a day, so that there is nothing to keep.
    this.table = new Table(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expiresAt",
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.deadLetters = new Queue(this, "DeadLetters", {
      retentionPeriod: DEAD_LETTER_RETENTION,
      encryption: QueueEncryption.SQS_MANAGED,
    });
    this.eventBus = props.eventBus;
    this.eventWriter = this.#addEventWriter(props);
    this.logoutWriter = this.#addLogoutWriter(props);
    // Auth0 comes from everywhere and brings a signed token.
    this.logoutUrl = this.logoutWriter?.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
  }

  #addEventWriter({ settings, eventBus, logEventBus, revokeOnLogout = false }: RevocationsProps): Function {
    const writer = this.#writer("RevokeOnEvent", "revoke-on-event.handler", {
      ...only(EVERY_WRITER, variablesOf(settings)),
      REVOCATION_ON_LOGOUT: String(revokeOnLogout),
    });
    this.deadLetters.grant(writer, "sqs:SendMessage");
    new EventInvokeConfig(this, "Retries", {
      function: writer,
      retryAttempts: 2,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
    const targets = [new LambdaFunction(writer, { deadLetterQueue: this.deadLetters })];
    const source = Match.prefix(SOURCE);
    if (eventBus !== undefined)
      new Rule(this, "EventStream", { eventBus, eventPattern: { source }, targets });
    const detail = { data: { type: revokeOnLogout ? ["scp", "slo"] : ["scp"] } };
    if (logEventBus !== undefined)
      new Rule(this, "LogStream", { eventBus: logEventBus, eventPattern: { source, detail }, targets });
    return writer;
  }

  #addLogoutWriter({ settings, logoutClientIds = [] }: RevocationsProps): Function | undefined {
    if (logoutClientIds.length === 0) return undefined;
    const variables = variablesOf({ ...settings, clientIds: logoutClientIds });
    return this.#writer("BackChannelLogout", "back-channel-logout.handler", {
      ...only([...EVERY_WRITER, ...LOGOUT_SETTINGS], variables),
    });
  }

  /** A function that may write into the table and to its own log. */
  #writer(id: string, handler: string, variables: Variables): Function {
    const logGroup = new LogGroup(this, `${id}Log`, { retention: this.#logRetention });
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.table.grant(role, "dynamodb:PutItem");
    return new Function(this, id, {
      description: "Writes down whose tokens have ended, by what Auth0 sends.",
      runtime: new Runtime("nodejs24.x", RuntimeFamily.NODEJS),
      architecture: Architecture.ARM_64,
      handler,
      code: Code.fromAsset(`${import.meta.dirname}/revocation-writers.zip`),
      memorySize: 512,
      timeout: TIMEOUT,
      environment: { ...variables, REVOCATION_TABLE: this.table.tableName },
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
    });
  }
}

/** The environment of an authorizer with a table whose name only a deployment knows. */
export function variablesOf(settings: Partial<Settings>): Variables {
  return environmentFrom({ ...settings, revocationTable: "known-once-deployed" }, Date.now());
}

function only(names: readonly string[], variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}
