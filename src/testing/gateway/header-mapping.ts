import type { Context } from "./authorization/context-values.ts";
import { header, type Fields } from "./client-request.ts";

/** What a gateway does to one header of a request before it forwards it. */
export interface HeaderMapping {
  readonly operation: "append" | "overwrite" | "remove";
  readonly name: string;
  /** Undefined where the context has no such key, or the request no such header. */
  readonly value: (context: Context, headers: Fields) => string | undefined;
}

/** `RequestParameters` of a template. */
export type RequestParameters = Readonly<Record<string, string>>;

const REST_HEADER = /^integration\.request\.header\.([\w-]+)$/;
/** The path is forwarded as it is, so that a mapping of its parameters changes nothing here. */
const REST_PATH = /^integration\.request\.path\.\w+$/;
const REST_CONTEXT = /^context\.authorizer\.(\w+)$/;
const REST_COPY = /^method\.request\.header\.([\w-]+)$/;
const REST_TEXT = /^'([^']*)'$/;
const HTTP_HEADER = /^(append|overwrite|remove):header\.([\w-]+)$/;
const HTTP_CONTEXT = /\$\{context\.authorizer\.(\w+)\}|\$context\.authorizer\.(\w+)/g;
/**
 * `$context.authorizer.claims['a:b']`, which AWS refuses as an invalid mapping expression.
 *
 * @see https://github.com/bobbyhadz/aws-cdk-api-authorizer/issues/1
 */
const HTTP_BRACKETS = /\$\{?context\.authorizer\.\w+\[/;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html */
const HTTP_RESERVED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-.*|te|trailers|transfer-encoding|upgrade|x-amzn?-.*|x-forwarded-(?:for|host|proto)|via)$/i;

/**
 * The mappings of a REST API: `integration.request.header.X-User: context.authorizer.sub`, a header of the request, or
 * a string in quotes. They overwrite what the client sent; a mapping whose source is absent is left out.
 *
 * @see https://github.com/localstack/localstack/blob/master/tests/aws/services/apigateway/test_apigateway_http.py
 * @throws Error that says what to change
 */
export function restMappings(parameters: RequestParameters): readonly HeaderMapping[] {
  const headers = Object.entries(parameters).filter(([key]) => !REST_PATH.test(key));
  return headers.map(([key, source]) => {
    const [, name] = REST_HEADER.exec(key) ?? [];
    const [, variable] = REST_CONTEXT.exec(source) ?? [];
    const [, copied] = REST_COPY.exec(source) ?? [];
    const [, text] = REST_TEXT.exec(source) ?? [];
    if (name === undefined || (variable ?? copied ?? text) === undefined) {
      throw unknownMapping(key, source, "integration.request.header.X-User: context.authorizer.sub");
    }
    const value = (context: Context, headers: Fields): string | undefined =>
      variable !== undefined
        ? toText(context, variable)
        : copied !== undefined
          ? header({ headers }, copied)
          : text;
    return { operation: "overwrite", name, value };
  });
}

/**
 * The mappings of an HTTP API: `overwrite:header.x-user: $context.authorizer.sub`, or any text with such variables in
 * it. A text of which a variable is absent counts as absent, which is a guess.
 *
 * @throws Error that says what to change
 */
export function httpMappings(parameters: RequestParameters): readonly HeaderMapping[] {
  return Object.entries(parameters).map(([key, source]) => {
    const [, operation, name] = HTTP_HEADER.exec(key) ?? [];
    const isKnown = !source.replace(HTTP_CONTEXT, "").includes("$") && !HTTP_BRACKETS.test(source);
    if (operation === undefined || name === undefined || !isKnown) {
      throw unknownMapping(key, source, "overwrite:header.x-user: $context.authorizer.sub");
    }
    if (HTTP_RESERVED.test(name)) throw new Error(`${name} is reserved: an HTTP API maps nothing to it`);
    return {
      operation: operation as HeaderMapping["operation"],
      name,
      value: (context) => filled(source, context),
    };
  });
}

/**
 * A request's headers as the backend receives them. **Where the context lacks a key, what the caller sent under that
 * name stays**: what API Gateway does then was never recorded, so this is the outcome that a backend must bear.
 */
export function mapHeaders(headers: Fields, mappings: readonly HeaderMapping[], context: Context): Fields {
  return mappings.reduce<Fields>((fields, { operation, name, value }) => {
    const added = operation === "remove" ? undefined : value(context, headers);
    const isReplaced = operation === "remove" || (operation === "overwrite" && added !== undefined);
    const kept = isReplaced ? fields.filter(([other]) => other.toLowerCase() !== name.toLowerCase()) : fields;
    return added === undefined ? kept : [...kept, [name, added]];
  }, headers);
}

function filled(source: string, context: Context): string | undefined {
  const names = Array.from(source.matchAll(HTTP_CONTEXT), ([, braced, plain]) => braced ?? plain ?? "");
  if (names.some((name) => toText(context, name) === undefined)) return undefined;
  return source.replace(
    HTTP_CONTEXT,
    (_, braced?: string, plain?: string) => toText(context, braced ?? plain ?? "") ?? "",
  );
}

function toText(context: Context, name: string): string | undefined {
  const value = Object.hasOwn(context, name) ? context[name] : undefined;
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function unknownMapping(key: string, source: string, example: string): Error {
  return new Error(`${key}: ${source} is not a mapping that this gateway knows: write it like ${example}`);
}
