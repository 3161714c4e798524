output "function_name" {
  description = "What metrics are kept under."
  value       = aws_lambda_function.authorizer.function_name
}

output "function_arn" {
  value = aws_lambda_function.authorizer.arn
}

output "rest_authorizer_id" {
  description = "For authorizer_id of a method whose authorization is CUSTOM."
  value       = one(aws_api_gateway_authorizer.rest[*].id)
}

output "http_authorizer_id" {
  description = "For authorizer_id of a route whose authorization_type is CUSTOM."
  value       = one(aws_apigatewayv2_authorizer.http[*].id)
}

output "websocket_authorizer_id" {
  description = "For authorizer_id of the route $connect, whose authorization_type is CUSTOM."
  value       = one(aws_apigatewayv2_authorizer.websocket[*].id)
}

output "revocation_table" {
  description = "What auth0-authorizer revoke writes to."
  value       = one(aws_dynamodb_table.revocations[*].name)
}

output "logout_url" {
  description = "For the back-channel logout URI of each application in Auth0."
  value       = one(aws_apigatewayv2_api.logout[*].api_endpoint)
}

output "alarm_topic_arn" {
  description = "Tells of alarms: subscribe the people on call to it."
  value       = one([for stack in aws_cloudformation_stack.alarms : stack.outputs["AlarmTopicArn"]])
}
