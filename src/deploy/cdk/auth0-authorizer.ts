import { Duration } from "aws-cdk-lib";
import type { IRestApi, RequestAuthorizer } from "aws-cdk-lib/aws-apigateway";
import {
  type HttpLambdaAuthorizer,
  WebSocketLambdaAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { Role, ServicePrincipal, type IRole } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, LoggingFormat, Runtime, RuntimeFamily } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Settings } from "../../settings/settings.ts";
import { Alarms, type AlarmOptions } from "./alarms.ts";
import { createHttpAuthorizer, createRestAuthorizer } from "./api-authorizers.ts";
import type { ApiAuthorizerOptions, RestAuthorizerOptions } from "./api-authorizers.ts";
import { toTokenEnvironment } from "./environment.ts";
import { addGatewayResponses, type GatewayResponseOptions } from "./gateway-responses.ts";
import { Revocations, getVariables, type RevocationOptions } from "./revocations.ts";

export interface Auth0AuthorizerProps {
  /**
   * Who is allowed and how keys are cached: checked when the app is synthesised, by the code that the function runs.
   * Tokens, such as the value of a parameter, are checked when the function starts.
   */
  readonly settings: Partial<Settings>;
  /**
   * The path of the function's zip: the one in this package, unless it is another, such as one with a snapshot of the
   * tenant's keys in it.
   */
  readonly zip?: string;
  /** How long the function's log lines are kept: a month, by default. */
  readonly logRetention?: RetentionDays;
  /** The function's name: CDK makes one, unless told otherwise. */
  readonly functionName?: string;
  /** A role made beforehand, in place of one that may write to the function's log group and nothing else. */
  readonly role?: IRole;
  /** `ARM_64`, unless told otherwise. */
  readonly architecture?: Architecture;
  /** Megabytes: 512, unless told otherwise. */
  readonly memorySize?: number;
  /** How many containers are kept for the function, and how many it may have at most. */
  readonly reservedConcurrentExecutions?: number;
  /** Revokes tokens before they expire, with a table and what fills it; `{}` is the table alone. */
  readonly revocations?: RevocationOptions;
  /** Alarms, in a nested stack, and a topic that notifies of them; `{}` subscribes no email address. */
  readonly alarms?: AlarmOptions;
}

/** In the environment, where clients of a WebSocket send their token. */
const TOKEN_PARAMETER = "AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER";
/** A fetch of keys takes 4 s at most; API Gateway waits 10 s at most. */
const TIMEOUT = Duration.seconds(8);

/**
 * The authorizer as a function of your stack, with a log group and a role that may write to it.
 *
 * @example
 * const auth0 = new Auth0Authorizer(this, "Auth0", {
 *   settings: { domain: ["acme.eu.auth0.com"], audiences: ["https://api.acme.com/"], emailClaim: "email" },
 * });
 * new HttpApi(this, "Api", { defaultAuthorizer: auth0.httpAuthorizer() });
 */
export class Auth0Authorizer extends Construct {
  /** The Lambda function. Metrics are kept under its name. */
  readonly function: Function;
  /** The table of revocations, where they are asked for. */
  readonly revocations: Revocations | undefined;
  /** The alarms, where they are asked for. */
  readonly alarms: Alarms | undefined;
  readonly #isSimple: boolean;

  /** @throws ConfigurationError with every issue of the settings */
  constructor(scope: Construct, id: string, props: Auth0AuthorizerProps) {
    super(scope, id);
    const { settings, zip = `${import.meta.dirname}/authorizer.zip` } = props;
    const { logRetention = RetentionDays.ONE_MONTH } = props;
    const logGroup = new LogGroup(this, "Log", { retention: logRetention });
    // CDK's own role may write to every log group of the account.
    const role =
      props.role ?? new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.revocations =
      props.revocations &&
      new Revocations(this, "Revocations", { ...props.revocations, settings, logRetention });
    this.revocations?.table.grant(role, "dynamodb:BatchGetItem");
    this.#isSimple = settings.httpApiResponse === "simple";
    this.function = new Function(this, "Function", {
      description: "Verifies Auth0 tokens for API Gateway.",
      runtime: new Runtime("nodejs24.x", RuntimeFamily.NODEJS),
      architecture: props.architecture ?? Architecture.ARM_64,
      ...(props.functionName !== undefined && { functionName: props.functionName }),
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
      handler: "authorizer.handler",
      code: Code.fromAsset(zip),
      memorySize: props.memorySize ?? 512,
      timeout: TIMEOUT,
      environment: { ...getEnvironment(settings, this.revocations) },
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
    });
    this.alarms =
      props.alarms &&
      new Alarms(this, "Alarms", {
        ...props.alarms,
        authorizer: this.function,
        settings,
        revocations: this.revocations,
      });
  }

  /**
   * For the methods of one REST API.
   *
   * @param id another one for each further API
   */
  restAuthorizer(id = "Rest", options: RestAuthorizerOptions = {}): RequestAuthorizer {
    return createRestAuthorizer(this, id, this.function, options);
  }

  /** For the routes of one HTTP API: simple responses where the setting `httpApiResponse` says so. */
  httpAuthorizer(id = "Auth0", options: ApiAuthorizerOptions = {}): HttpLambdaAuthorizer {
    return createHttpAuthorizer(id, this.function, this.#isSimple, options);
  }

  /**
   * For the route `$connect` of one WebSocket API. A browser cannot set the header Authorization there.
   *
   * @param identitySource where clients send the token: in the query, under any name, which the function is told, or
   *   `route.request.header.Sec-WebSocket-Protocol`, for which the backend of `$connect` selects `bearer`
   */
  webSocketAuthorizer(
    id = "Auth0",
    identitySource = "route.request.querystring.access_token",
  ): WebSocketLambdaAuthorizer {
    const [, parameter] = /^route\.request\.querystring\.(.+)$/.exec(identitySource) ?? [];
    if (parameter !== undefined && parameter !== "access_token")
      this.function.addEnvironment(TOKEN_PARAMETER, parameter);
    return new WebSocketLambdaAuthorizer(id, this.function, { identitySource: [identitySource] });
  }

  /** What a REST API answers to rejected requests: with a challenge, and with CORS headers, so that a page can read it. */
  addGatewayResponses(api: IRestApi, options: GatewayResponseOptions = {}): void {
    addGatewayResponses(api, options);
  }
}

function getEnvironment(
  settings: Partial<Settings>,
  revocations: Revocations | undefined,
): Readonly<Record<string, string>> {
  if (revocations === undefined) return toTokenEnvironment(settings, Date.now());
  return { ...getVariables(settings), REVOCATION_TABLE: revocations.table.tableName };
}
