# Alarms, where the variable alarms is set: the CloudFormation stack that comes with the package. What is null has its
# default there.

resource "aws_cloudformation_stack" "alarms" {
  count = var.alarms == null ? 0 : 1

  name          = "${var.name}-alarms"
  template_body = file(coalesce(var.alarms.template, "${path.module}/../../dist/alarms.json"))

  parameters = { for name, value in {
    AuthorizerLambdaFunction        = aws_lambda_function.authorizer.function_name
    AuthorizerLogLevel              = lookup(var.settings, "AUTHORIZER_LOG_LEVEL", null)
    AlarmEmail                      = var.alarms.email
    AlarmRefusedPercent             = var.alarms.refused_percent
    RevocationTable                 = lookup(merge(var.settings, local.table_setting), "REVOCATION_TABLE", null)
    RevokeOnEventLambdaFunction     = try(aws_lambda_function.writer["revoke-on-event"].function_name, null)
    RevocationDeadLetters           = one(aws_sqs_queue.dead_letters[*].name)
    EventBus                        = try(var.revocations.event_bus.name, null)
    ShowDashboard                   = var.alarms.dashboard
    SilenceHours                    = var.alarms.silence_hours
    BackChannelLogoutLambdaFunction = try(aws_lambda_function.writer["back-channel-logout"].function_name, null)
  } : name => value if value != null }
}
