import { Duration } from "aws-cdk-lib";
import { RequestAuthorizer } from "aws-cdk-lib/aws-apigateway";
import type {
  CfnAuthorizer,
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { Function, type IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { POLICY_TTL_SECONDS, SIMPLE_TTL_SECONDS } from "../package/function-defaults.ts";
import { toHttpSources, toRestSources } from "../package/identity-sources.ts";

/** How long an API keeps answers, and by what. */
export interface ApiAuthorizerOptions {
  /**
   * How long answers are kept, up to an hour; zero keeps none. Without it five minutes, or one where the setting
   * `httpApiResponse` is `simple`, because nothing ends a simple answer before.
   */
  readonly resultTtl?: Duration;
  /** What answers are kept by beside the token: `header.X-Tenant`, `querystring.lang`, `stageVariables.x`, `context.path`. */
  readonly identitySources?: readonly string[];
}

export interface RestAuthorizerOptions extends ApiAuthorizerOptions {
  /**
   * Where the authorizer belongs: something in the stack of the REST API, where that is another stack than the
   * function's. Otherwise the stacks would depend on each other.
   */
  readonly scope?: Construct;
}

/** For the methods of one REST API. */
export function createRestAuthorizer(
  owner: Construct,
  id: string,
  lambda: IFunction,
  { resultTtl = Duration.seconds(POLICY_TTL_SECONDS), identitySources = [], scope }: RestAuthorizerOptions,
): RequestAuthorizer {
  // The permission to call the function names the API, so it has to be in that API's stack as well.
  const handler =
    scope === undefined
      ? lambda
      : Function.fromFunctionAttributes(scope, `${id}Function`, {
          functionArn: lambda.functionArn,
          sameEnvironment: true,
        });
  return new RequestAuthorizer(scope ?? owner, id, {
    handler,
    identitySources: toRestSources(identitySources),
    resultsCacheTtl: resultTtl,
  });
}

/** For the routes of one HTTP API. */
export function createHttpAuthorizer(
  id: string,
  lambda: IFunction,
  isSimple: boolean,
  {
    resultTtl = Duration.seconds(isSimple ? SIMPLE_TTL_SECONDS : POLICY_TTL_SECONDS),
    identitySources = [],
  }: ApiAuthorizerOptions,
): HttpLambdaAuthorizer {
  return new NewerPayload(id, lambda, {
    responseTypes: [isSimple ? HttpLambdaResponseType.SIMPLE : HttpLambdaResponseType.IAM],
    identitySource: toHttpSources(identitySources),
    resultsCacheTtl: resultTtl,
  });
}

/** CDK gives policies payload 1.0, which joins identity sources by commas and cannot forward a backslash. */
class NewerPayload extends HttpLambdaAuthorizer {
  readonly #id: string;

  constructor(...[id, ...others]: ConstructorParameters<typeof HttpLambdaAuthorizer>) {
    super(id, ...others);
    this.#id = id;
  }

  override bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    const config = super.bind(options);
    const resource = options.scope.node.tryFindChild(this.#id)?.node.defaultChild;
    if (resource) (resource as CfnAuthorizer).authorizerPayloadFormatVersion = "2.0";
    return config;
  }
}
