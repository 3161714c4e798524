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
import { toTokenEnvironment } from "./environment.ts";
import type { Settings } from "../../settings/settings.ts";

export interface RevocationOptions {
  /** The partner event bus of the tenant's Event Stream, whose name is `aws.partner/auth0.com/…`. */
  readonly eventBus?: IEventBus;
  /** That of its log stream. */
  readonly logEventBus?: IEventBus;
  /** Whether a logout in the log stream revokes its session. */
  readonly revokeOnLogout?: boolean;
  /** The applications whose logout tokens count: with them there is an endpoint, which is open to everybody. */
  readonly logoutClientIds?: readonly string[];
  /** After how many days a session's revocation is forgotten: never, by default. */
  readonly sessionRetentionDays?: number;
  /** Read units a second that the table takes at once: 12,000, as every new table does, by default. */
  readonly warmReadUnits?: number;
}

interface RevocationsProps extends RevocationOptions {
  readonly settings: Partial<Settings>;
  readonly logRetention: RetentionDays;
}

const SOURCE = "aws.partner/auth0.com/";
/** Entries of the log stream that always revoke: a changed password and Universal Logout. */
const LOG_TYPES = ["scp", "universal_logout_succeeded"];
const DEAD_LETTER_RETENTION = Duration.days(14);
const TIMEOUT = Duration.seconds(10);
/** The authorizer's settings that the endpoint for logout tokens has too. */
const LOGOUT_SETTINGS: readonly string[] = [
  ...["AUTH0_DOMAIN", "AUTH0_CLIENT_IDS", "AUTHORIZER_CLOCK_TOLERANCE_SECONDS"],
  ...["JWKS_MAX_AGE_SECONDS", "JWKS_STALE_IF_ERROR_SECONDS", "JWKS_TIMEOUT_MS"],
];
const EVERY_WRITER: readonly string[] = ["AUTHORIZER_LOG_LEVEL"];

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

  /** @throws ConfigurationError with every issue of the settings */
  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    this.#logRetention = props.logRetention;
    this.table = this.#addTable(props);
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

  /** It outlives the stack: an empty or replaced one would accept every revoked token again, without an error. */
  #addTable({ warmReadUnits }: RevocationsProps): Table {
    return new Table(this, "Table", {
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expiresAt",
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(warmReadUnits !== undefined && { warmThroughput: { readUnitsPerSecond: warmReadUnits } }),
    });
  }

  #addEventWriter(props: RevocationsProps): Function {
    const { eventBus, logEventBus, revokeOnLogout = false } = props;
    const writer = this.#writer("RevokeOnEvent", "revoke-on-event.handler", {
      ...variablesOfWriter(EVERY_WRITER, props),
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
    const detail = { data: { type: [...LOG_TYPES, ...(revokeOnLogout ? ["slo"] : [])] } };
    if (logEventBus !== undefined)
      new Rule(this, "LogStream", { eventBus: logEventBus, eventPattern: { source, detail }, targets });
    return writer;
  }

  #addLogoutWriter(props: RevocationsProps): Function | undefined {
    const { settings, logoutClientIds = [] } = props;
    if (logoutClientIds.length === 0) return undefined;
    return this.#writer(
      "BackChannelLogout",
      "back-channel-logout.handler",
      variablesOfWriter([...EVERY_WRITER, ...LOGOUT_SETTINGS], {
        ...props,
        settings: { ...settings, clientIds: logoutClientIds },
      }),
    );
  }

  /** A function that may write into the table and to its own log. */
  #writer(id: string, handler: string, variables: Variables): Function {
    const logGroup = new LogGroup(this, `${id}Log`, { retention: this.#logRetention });
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.table.grant(role, "dynamodb:UpdateItem");
    return new Function(this, id, {
      description: "Writes revocations from what Auth0 sends.",
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
export function getVariables(settings: Partial<Settings>): Variables {
  return toTokenEnvironment({ ...settings, revocationTable: "known-once-deployed" }, Date.now());
}

/** Those of the authorizer's variables that have these names, and how long a writer keeps sessions. */
function variablesOfWriter(
  names: readonly string[],
  { settings, sessionRetentionDays }: RevocationsProps,
): Variables {
  return {
    ...Object.fromEntries(Object.entries(getVariables(settings)).filter(([name]) => names.includes(name))),
    ...(sessionRetentionDays !== undefined && {
      REVOCATION_SESSION_RETENTION_DAYS: String(sessionRetentionDays),
    }),
  };
}
