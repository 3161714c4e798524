# Revoking tokens before they expire, where the variable revocations is set: a table, a function that fills it with what
# Auth0 sends through EventBridge, and where applications are named, an endpoint for their logout tokens.

locals {
  writers_zip   = coalesce(try(var.revocations.zip, null), "${path.module}/../../dist/revocation-writers.zip")
  table_setting = { for table in aws_dynamodb_table.revocations : "REVOCATION_TABLE" => table.name }
  # What every writer has.
  common = merge(
    { for name, value in var.settings : name => value if name == "AUTHORIZER_LOG_LEVEL" },
    try(var.revocations.session_retention_days, null) == null ? {} : { REVOCATION_SESSION_RETENTION_DAYS = tostring(var.revocations.session_retention_days) },
  )
  tenant = { for name, value in var.settings : name => value if contains(["AUTH0_DOMAIN", "AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "JWKS_MAX_AGE_SECONDS", "JWKS_STALE_IF_ERROR_SECONDS", "JWKS_TIMEOUT_MS"], name) }

  # Without try, whose result is unknown as a whole where an item is known only once it is applied, such as the ID of an
  # application of the same plan.
  on_logout  = var.revocations == null ? false : var.revocations.revoke_on_logout
  clients    = var.revocations == null ? [] : var.revocations.logout_client_ids
  has_logout = length(local.clients) > 0
  # What each writer is called with, beside the table.
  writers = {
    for name, variables in {
      revoke-on-event     = { REVOCATION_ON_LOGOUT = tostring(local.on_logout) }
      back-channel-logout = merge(local.tenant, { AUTH0_CLIENT_IDS = join(",", local.clients) })
    } : name => variables if name == "revoke-on-event" ? var.revocations != null : local.has_logout
  }
  # Each stream has its own partner event bus. The keys of for_each must be known before an apply: whether there is a bus
  # is, its name is not.
  buses = var.revocations == null ? {} : { events = var.revocations.event_bus, logs = var.revocations.log_event_bus }
  rules = { for name, bus in local.buses : name => bus.name if bus != null }
  patterns = {
    events = jsonencode({ source = [{ prefix = "aws.partner/auth0.com/" }] })
    logs = jsonencode({
      source = [{ prefix = "aws.partner/auth0.com/" }]
      detail = { data = { type = concat(["scp", "universal_logout_succeeded"], local.on_logout ? ["slo"] : []) } }
    })
  }
}

# An empty or replaced table would accept every revoked token again, without an error: DynamoDB refuses to delete it until
# its protection is switched off. Its warm throughput is left alone, since versions of the provider from 5.80 on do not
# know it: aws dynamodb update-table --warm-throughput ReadUnitsPerSecond=….
resource "aws_dynamodb_table" "revocations" {
  count = var.revocations == null ? 0 : 1

  name         = "${var.name}-revocations"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  deletion_protection_enabled = true

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
}

# The authorizer may read the table, and nothing else with it.
resource "aws_iam_role_policy" "read_revocations" {
  count = var.revocations == null || var.role != null ? 0 : 1

  name = "read-revocations"
  role = aws_iam_role.authorizer[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:BatchGetItem", Resource = aws_dynamodb_table.revocations[0].arn }]
  })
}

resource "aws_cloudwatch_log_group" "writer" {
  for_each = local.writers

  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "writer" {
  for_each = local.writers

  name_prefix = "${substr(var.name, 0, 17)}-${each.key}-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

# A writer may write into the table and to its own log, and one of them gives up what it could not write.
resource "aws_iam_role_policy" "write_revocations" {
  for_each = local.writers

  name = "write-revocations"
  role = aws_iam_role.writer[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Effect = "Allow", Action = ["dynamodb:UpdateItem"], Resource = aws_dynamodb_table.revocations[0].arn },
        { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.writer[each.key].arn}:*" },
      ],
      each.key == "revoke-on-event" ? [
        { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead_letters[0].arn },
      ] : [],
    )
  })
}

resource "aws_lambda_function" "writer" {
  for_each = local.writers

  function_name    = "${var.name}-${each.key}"
  description      = "Writes revocations from what Auth0 sends."
  role             = aws_iam_role.writer[each.key].arn
  filename         = local.writers_zip
  source_code_hash = filebase64sha256(local.writers_zip)
  handler          = "${each.key}.handler"
  runtime          = var.runtime
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 10

  environment {
    variables = merge(local.common, each.value, local.table_setting)
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.writer[each.key].name
  }

  depends_on = [aws_iam_role_policy.write_revocations]
}

resource "aws_cloudwatch_event_rule" "tenant" {
  for_each = local.rules

  name           = "${var.name}-${each.key}"
  description    = "What Auth0 sends, to revoke tokens."
  event_bus_name = each.value
  event_pattern  = local.patterns[each.key]
}

resource "aws_cloudwatch_event_target" "tenant" {
  for_each = local.rules

  rule           = aws_cloudwatch_event_rule.tenant[each.key].name
  event_bus_name = each.value
  arn            = aws_lambda_function.writer["revoke-on-event"].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters[0].arn
  }
}

resource "aws_lambda_permission" "tenant" {
  for_each = local.rules

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.writer["revoke-on-event"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.tenant[each.key].arn
}

# Messages of which no revocation has come, for two weeks.
resource "aws_sqs_queue" "dead_letters" {
  count = var.revocations == null ? 0 : 1

  name                      = "${var.name}-revocation-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count = length(local.rules) > 0 ? 1 : 0

  queue_url = aws_sqs_queue.dead_letters[0].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "events.amazonaws.com" }
      Resource  = aws_sqs_queue.dead_letters[0].arn
      Condition = { ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.tenant : rule.arn] } }
    }]
  })
}

resource "aws_lambda_function_event_invoke_config" "revoke_on_event" {
  count = var.revocations == null ? 0 : 1

  function_name          = aws_lambda_function.writer["revoke-on-event"].function_name
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters[0].arn
    }
  }
}

# Auth0 comes from everywhere and brings a signed token, so the address is public. It is an API's, because a
# function URL needs a permission that not every version of the provider knows.
resource "aws_apigatewayv2_api" "logout" {
  count = local.has_logout ? 1 : 0

  name          = "${var.name}-back-channel-logout"
  protocol_type = "HTTP"
  route_key     = "POST /"
  target        = aws_lambda_function.writer["back-channel-logout"].arn
}

resource "aws_lambda_permission" "logout" {
  count = local.has_logout ? 1 : 0

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.writer["back-channel-logout"].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.logout[0].execution_arn}/*"
}
