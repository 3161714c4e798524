# The authorizer as a function of your configuration, and its attachment to as many as three APIs, one of each kind. Use
# the module once for each authorizer: its name is also that of the authorizer in each API, which is unique there.

locals {
  zip = coalesce(var.zip, "${path.module}/../../dist/authorizer.zip")
  # Nothing in an event tells whether an HTTP API wants simple responses.
  simple = lookup(var.settings, "AUTHORIZER_HTTP_API_RESPONSE", "policy") == "simple"
  # Tells the function where clients of the WebSocket API send their token.
  token_parameter = one(regexall("^route\\.request\\.querystring\\.(.+)$", var.websocket_identity_source)[*][0])
  token_setting   = var.websocket_api == null || local.token_parameter == null ? {} : { AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER = local.token_parameter }
  route_setting = var.route_permissions == null ? {} : {
    AUTHORIZER_ROUTE_PERMISSIONS = join(",", compact([lookup(var.settings, "AUTHORIZER_ROUTE_PERMISSIONS", "")]), flatten([
      for route, permissions in var.route_permissions : length(permissions) == 0 ? ["${route}="] : [for permission in permissions : "${route}=${permission}"]
    ]))
  }
  # No answer for one route is cached for another.
  by_route = var.route_permissions != null || trimspace(lookup(var.settings, "AUTHORIZER_ROUTE_PERMISSIONS", "")) != ""
  http_ttl = coalesce(var.result_ttl_seconds, local.simple ? 60 : 300)
  # Whether a REST API takes the path as a key is not verified, so nothing is cached there unless it is asked for.
  rest_ttl     = coalesce(var.result_ttl_seconds, local.by_route ? 0 : 300)
  rest_sources = local.by_route && local.rest_ttl > 0 ? ["context.httpMethod", "context.path"] : []
}

resource "aws_cloudwatch_log_group" "authorizer" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "authorizer" {
  count = var.role == null ? 1 : 0

  name_prefix = "${substr(var.name, 0, 37)}-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

# It may write to its own log group, and nothing else.
resource "aws_iam_role_policy" "log" {
  count = var.role == null ? 1 : 0

  name = "log"
  role = aws_iam_role.authorizer[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.authorizer.arn}:*"
    }]
  })
}

resource "aws_lambda_function" "authorizer" {
  function_name    = var.name
  description      = "Verifies Auth0 tokens for API Gateway."
  role             = var.role == null ? one(aws_iam_role.authorizer[*].arn) : var.role.arn
  filename         = local.zip
  source_code_hash = filebase64sha256(local.zip)
  handler          = "authorizer.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  memory_size      = var.memory_size

  reserved_concurrent_executions = var.reserved_concurrency
  # A fetch of keys takes 4 s at most; API Gateway waits 10 s at most.
  timeout = 8

  environment {
    variables = merge(local.token_setting, var.settings, local.route_setting, local.table_setting)
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.authorizer.name
  }

  depends_on = [aws_iam_role_policy.log, aws_iam_role_policy.read_revocations]

  lifecycle {
    precondition {
      condition     = length(local.unknown_settings) == 0
      error_message = "settings has what is not a setting of the authorizer: ${join(", ", local.unknown_settings)}."
    }
  }
}

resource "aws_api_gateway_authorizer" "rest" {
  count = var.rest_api == null ? 0 : 1

  rest_api_id     = var.rest_api.id
  name            = var.name
  type            = "REQUEST"
  authorizer_uri  = aws_lambda_function.authorizer.invoke_arn
  identity_source = join(", ", distinct(concat(["method.request.header.Authorization"], local.rest_sources, var.rest_identity_sources)))
  # The policy holds for every route and ends with the token, so a long cache is safe.
  authorizer_result_ttl_in_seconds = local.rest_ttl
}

resource "aws_apigatewayv2_authorizer" "http" {
  count = var.http_api == null ? 0 : 1

  api_id                            = var.http_api.id
  name                              = var.name
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = aws_lambda_function.authorizer.invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = local.simple
  identity_sources                  = distinct(concat(["$request.header.Authorization"], local.by_route ? ["$context.routeKey"] : [], var.http_identity_sources))
  # Nothing ends a simple response, so it outlives its token by this.
  authorizer_result_ttl_in_seconds = local.http_ttl
}

resource "aws_apigatewayv2_authorizer" "websocket" {
  count = var.websocket_api == null ? 0 : 1

  api_id           = var.websocket_api.id
  name             = var.name
  authorizer_type  = "REQUEST"
  authorizer_uri   = aws_lambda_function.authorizer.invoke_arn
  identity_sources = [var.websocket_identity_source]
}

resource "aws_lambda_permission" "rest" {
  count = var.rest_api == null ? 0 : 1

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.authorizer.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.rest_api.execution_arn}/authorizers/${aws_api_gateway_authorizer.rest[0].id}"
}

resource "aws_lambda_permission" "http" {
  count = var.http_api == null ? 0 : 1

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.authorizer.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.http_api.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.http[0].id}"
}

resource "aws_lambda_permission" "websocket" {
  count = var.websocket_api == null ? 0 : 1

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.authorizer.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.websocket_api.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.websocket[0].id}"
}
