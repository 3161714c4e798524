# What a REST API answers where its authorizer allows no caller. A browser hides an answer without CORS headers from its
# page, so the page would take a 401 for a network failure.

locals {
  metadata = var.resource_metadata == "" ? "" : ", resource_metadata=\"${var.resource_metadata}\""

  # A gateway response cannot choose among origins, so it names the one that asks: it says nothing but that a call was
  # refused.
  cors = merge(
    { "gatewayresponse.header.Access-Control-Allow-Origin" = length(var.cors_origins) == 1 ? "'${var.cors_origins[0]}'" : "method.request.header.Origin" },
    length(var.cors_origins) == 1 ? {} : { "gatewayresponse.header.Vary" = "'Origin'" },
    var.cors_credentials ? { "gatewayresponse.header.Access-Control-Allow-Credentials" = "'true'" } : {},
  )

  reason = var.reason_in_403 ? { reason = "$context.authorizer.reason" } : {}

  try_again = {
    status = "503"
    header = "Retry-After"
    # Seconds (RFC 9110 §10.2.3).
    value = "5"
    body  = { message = "Try again" }
  }

  gateway_responses = {
    # RFC 6750 §3: no error code where no token was sent, which API Gateway cannot tell from a wrong one.
    UNAUTHORIZED = {
      status = "401"
      header = "WWW-Authenticate"
      value  = "Bearer realm=\"api\"${local.metadata}"
      body   = { message = "Unauthorized" }
    }
    ACCESS_DENIED = {
      status = "403"
      header = "WWW-Authenticate"
      value  = "Bearer realm=\"api\", error=\"insufficient_scope\""
      body   = merge({ message = "Forbidden" }, local.reason)
    }
    AUTHORIZER_FAILURE             = local.try_again
    AUTHORIZER_CONFIGURATION_ERROR = local.try_again
  }
}

resource "aws_api_gateway_gateway_response" "authorizer" {
  for_each = { for type, response in local.gateway_responses : type => response if var.rest_api != null && var.gateway_responses }

  rest_api_id   = var.rest_api.id
  response_type = each.key
  status_code   = each.value.status

  response_parameters = merge(local.cors, {
    "gatewayresponse.header.Access-Control-Expose-Headers" = "'${each.value.header}'"
    "gatewayresponse.header.${each.value.header}"          = "'${each.value.value}'"
  })

  response_templates = { "application/json" = jsonencode(each.value.body) }

  lifecycle {
    precondition {
      condition     = !(var.cors_credentials && contains(var.cors_origins, "*"))
      error_message = "cors_credentials needs cors_origins: browsers refuse * together with credentials."
    }
  }
}
