import type { TemplateService } from "../template-service.ts";

const SOURCE = `  source = "./node_modules/auth0-api-gateway-authorizer/infra/terraform"`;

function module(name: string, settings: string, others: string): string {
  return `
module "${name}" {
${SOURCE}

  settings = {
    AUTH0_DOMAIN      = "acme.eu.auth0.com"
    AUTH0_AUDIENCES   = "https://api.acme.com/"
    AUTH0_EMAIL_CLAIM = "https://acme.com/email"
${settings}  }

${others}}
`;
}

const HTTP_API = `
resource "aws_apigatewayv2_api" "http" {
  name          = "orders"
  protocol_type = "HTTP"
}
`;

const REST_API = `
resource "aws_api_gateway_rest_api" "rest" {
  name = "orders"
}
`;

function httpRoute(name: string, key: string, guard: string | undefined): string {
  const guarded = `  authorization_type = "CUSTOM"\n  authorizer_id      = module.${guard ?? ""}.http_authorizer_id\n`;
  return `
resource "aws_apigatewayv2_route" "${name}" {
  api_id             = aws_apigatewayv2_api.http.id
  route_key          = "${key}"
  target             = "integrations/\${aws_apigatewayv2_integration.orders.id}"
${guard === undefined ? "" : guarded}}
`;
}

function restMethod(name: string, method: string, guard: string): string {
  return `
resource "aws_api_gateway_resource" "${name}" {
  rest_api_id = aws_api_gateway_rest_api.rest.id
  parent_id   = aws_api_gateway_rest_api.rest.root_resource_id
  path_part   = "${name}"
}

resource "aws_api_gateway_method" "${name}" {
  rest_api_id   = aws_api_gateway_rest_api.rest.id
  resource_id   = aws_api_gateway_resource.${name}.id
  http_method   = "${method}"
  authorization = "CUSTOM"
  authorizer_id = module.${guard}.rest_authorizer_id
}
`;
}

const BECAUSE = "validate reads no HCL and says so; the routes are read from the text here";

function terraform(
  name: string,
  text: string,
  routes: readonly string[],
  because = BECAUSE,
): TemplateService {
  return { name, tool: "Terraform", main: "main.tf", files: { "main.tf": text }, routes, because };
}

/** The same service in every tool: `GET /orders` for whoever is signed in, `POST /admin` with a permission. */
export const TERRAFORM_TWO_AUTHORIZERS = terraform(
  "terraform-two-authorizers",
  [
    HTTP_API,
    REST_API,
    module(
      "auth0",
      "",
      '  name          = "orders-auth0"\n  http_api      = aws_apigatewayv2_api.http\n  rest_api      = aws_api_gateway_rest_api.rest\n',
    ),
    module(
      "admin",
      '    AUTH0_REQUIRED_PERMISSIONS = "admin"\n',
      '  name              = "orders-admin"\n  memory_size       = 256\n  gateway_responses = false\n\n  result_ttl_seconds = 0\n  http_api           = aws_apigatewayv2_api.http\n  rest_api           = aws_api_gateway_rest_api.rest\n',
    ),
    httpRoute("orders", "GET /orders", "auth0"),
    httpRoute("admin", "POST /admin", "admin"),
    restMethod("orders", "GET", "auth0"),
    restMethod("admin", "POST", "admin"),
  ].join(""),
  ["GET /orders: auth0", "GET /orders: auth0", "POST /admin: admin", "POST /admin: admin"],
);

/** Configurations of Terraform with the module of the package. */
export const TERRAFORM: readonly TemplateService[] = [
  terraform(
    "terraform-http-api",
    [
      HTTP_API,
      module("auth0", "", "  http_api = aws_apigatewayv2_api.http\n"),
      httpRoute("any", "ANY /{proxy+}", "auth0"),
    ].join(""),
    ["ANY /{proxy+}: auth0"],
  ),
  terraform(
    "terraform-forgotten-route",
    [
      HTTP_API,
      module("auth0", "", "  http_api = aws_apigatewayv2_api.http\n"),
      httpRoute("orders", "GET /orders", "auth0"),
      httpRoute("admin", "DELETE /admin", undefined),
    ].join(""),
    ["DELETE /admin: open", "GET /orders: auth0"],
    "not checked: validate reads no HCL, so the open route is the author's to find",
  ),
  terraform(
    "terraform-rest-api",
    [
      REST_API,
      module(
        "auth0",
        "",
        '  rest_api     = aws_api_gateway_rest_api.rest\n  cors_origins = ["https://app.acme.com"]\n',
      ),
      restMethod("orders", "GET", "auth0"),
    ].join(""),
    ["GET /orders: auth0"],
  ),
  TERRAFORM_TWO_AUTHORIZERS,
];
