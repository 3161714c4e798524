import { Duration } from "aws-cdk-lib";
import { IdentitySource, RequestAuthorizer, type RestApi } from "aws-cdk-lib/aws-apigateway";
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  WebSocketLambdaAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, LoggingFormat, Runtime, RuntimeFamily } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { toEnvironment } from "../../settings/to-environment.ts";
import type { Settings } from "../../settings/settings.ts";
import { Alarms, type AlarmOptions } from "./alarms.ts";
import { addGatewayResponses, type GatewayResponseOptions } from "./gateway-responses.ts";
import { Revocations, getVariables, type RevocationOptions } from "./revocations.ts";

export interface Auth0AuthorizerProps {
  /** Who is allowed and how keys are cached: checked when the app is synthesised, by the code that the function runs. */
  readonly settings: Partial<Settings>;
  /**
   * The path of the function's zip: the one in this package, unless it is another, such as one with a snapshot of the
   * tenant's keys in it.
   */
  readonly zip?: string;
  /** How long the function's log lines are kept: a month, by default. */
  readonly logRetention?: RetentionDays;
  /** Revokes tokens before they expire, with a table and what fills it; `{}` is the table alone. */
  readonly revocations?: RevocationOptions;
  /** Alarms, in a nested stack, and a topic that notifies of them; `{}` subscribes no email address. */
  readonly alarms?: AlarmOptions;
}

/** The policy that a gateway keeps holds for every route and ends with the token. */
const POLICY_TTL = Duration.minutes(5);
/** Nothing ends a simple response before its time. */
const SIMPLE_TTL = Duration.minutes(1);
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
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.revocations =
      props.revocations &&
      new Revocations(this, "Revocations", { ...props.revocations, settings, logRetention });
    this.revocations?.table.grant(role, "dynamodb:BatchGetItem");
    this.#isSimple = settings.httpApiResponse === "simple";
    this.function = new Function(this, "Function", {
      description: "Verifies Auth0 tokens for API Gateway.",
      runtime: new Runtime("nodejs24.x", RuntimeFamily.NODEJS),
      architecture: Architecture.ARM_64,
      handler: "authorizer.handler",
      code: Code.fromAsset(zip),
      memorySize: 512,
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
  restAuthorizer(id = "Rest"): RequestAuthorizer {
    return new RequestAuthorizer(this, id, {
      handler: this.function,
      identitySources: [IdentitySource.header("Authorization")],
      resultsCacheTtl: POLICY_TTL,
    });
  }

  /** For the routes of one HTTP API: simple responses where the setting `httpApiResponse` says so. */
  httpAuthorizer(id = "Auth0"): HttpLambdaAuthorizer {
    return new HttpLambdaAuthorizer(id, this.function, {
      responseTypes: [this.#isSimple ? HttpLambdaResponseType.SIMPLE : HttpLambdaResponseType.IAM],
      identitySource: ["$request.header.Authorization"],
      resultsCacheTtl: this.#isSimple ? SIMPLE_TTL : POLICY_TTL,
    });
  }

  /**
   * For the route `$connect` of one WebSocket API. A browser cannot set the header Authorization there.
   *
   * @param identitySource where clients send the token: in the query, unless it is
   *   `route.request.header.Sec-WebSocket-Protocol`, for which the backend of `$connect` selects `bearer`
   */
  webSocketAuthorizer(
    id = "Auth0",
    identitySource = "route.request.querystring.access_token",
  ): WebSocketLambdaAuthorizer {
    return new WebSocketLambdaAuthorizer(id, this.function, { identitySource: [identitySource] });
  }

  /** What a REST API answers to rejected requests: with a challenge, and with CORS headers, so that a page can read it. */
  addGatewayResponses(api: RestApi, options: GatewayResponseOptions = {}): void {
    addGatewayResponses(api, options);
  }
}

function getEnvironment(
  settings: Partial<Settings>,
  revocations: Revocations | undefined,
): Readonly<Record<string, string>> {
  if (revocations === undefined) return toEnvironment(settings, Date.now());
  return { ...getVariables(settings), REVOCATION_TABLE: revocations.table.tableName };
}
