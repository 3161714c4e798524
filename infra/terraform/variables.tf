variable "name" {
  description = "The function's name, under which its metrics are kept, and the authorizer's in each API. Another one for each further authorizer."
  type        = string
  default     = "auth0-authorizer"
}

variable "settings" {
  description = "The function's environment: the settings by their variables' names. Lists are separated by commas."
  type        = map(string)

  validation {
    condition     = length(trimspace(lookup(var.settings, "AUTH0_DOMAIN", ""))) > 0
    error_message = "AUTH0_DOMAIN is required: the domain of the tenant, such as acme.eu.auth0.com."
  }

  validation {
    condition     = length(trimspace(join("", [lookup(var.settings, "AUTH0_CLIENT_IDS", ""), lookup(var.settings, "AUTH0_AUDIENCES", "")]))) > 0
    error_message = "AUTH0_CLIENT_IDS is required, or AUTH0_AUDIENCES, or both: no token would be accepted."
  }
}

locals {
  setting_names = [
    "AUTH0_DOMAIN",
    "AUTH0_CLIENT_IDS",
    "AUTH0_AUDIENCES",
    "AUTH0_EMAIL_CLAIM",
    "AUTH0_CONTEXT_CLAIMS",
    "AUTH0_REQUIRED_CLAIMS",
    "AUTH0_ACCESS_TOKEN_PROFILE",
    "AUTH0_ORGANIZATIONS",
    "AUTH0_REQUIRED_PERMISSIONS",
    "AUTHORIZER_ROUTE_PERMISSIONS",
    "AUTHORIZER_SHARED",
    "AUTHORIZER_EMAIL_POLICY",
    "AUTHORIZER_EMAIL_DOMAINS",
    "AUTHORIZER_ALLOW_MACHINES",
    "AUTHORIZER_ALLOW_ANONYMOUS",
    "AUTHORIZER_ALLOW_AGENTS",
    "AUTHORIZER_ACTORS",
    "AUTHORIZER_ISSUED_AFTER",
    "AUTHORIZER_USAGE_KEY_CLAIM",
    "AUTHORIZER_CLOCK_TOLERANCE_SECONDS",
    "AUTHORIZER_HTTP_API_RESPONSE",
    "AUTHORIZER_HTTP_API_UNAUTHORIZED",
    "AUTHORIZER_POLICY_ENDS_WITH_TOKEN",
    "AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER",
    "AUTHORIZER_LOG_LEVEL",
    "JWKS_MAX_AGE_SECONDS",
    "JWKS_STALE_IF_ERROR_SECONDS",
    "JWKS_TIMEOUT_MS",
    "JWKS_SNAPSHOT_MAX_AGE_SECONDS",
    "REVOCATION_TABLE",
    "REVOCATION_ON_FAILURE",
    "REVOCATION_SESSION_CLAIM",
  ]
  unknown_settings = setsubtract(keys(var.settings), local.setting_names)
}

variable "route_permissions" {
  description = "The permissions that routes ask for, by the route as the API defines it: { \"GET /orders/{id}\" = [\"read:orders\"], \"GET /hello\" = [] }. Name every guarded route: one that is not here is denied. Null: routes ask for nothing beyond the settings. It becomes the function's variable AUTHORIZER_ROUTE_PERMISSIONS; for more than fits, set zip to one with a routes.json in it."
  type        = map(list(string))
  default     = null

  validation {
    condition     = var.route_permissions == null ? true : length(join(",", flatten([for route, permissions in var.route_permissions : [for permission in concat([""], permissions) : "${route}=${permission}"]]))) <= 3500
    error_message = "route_permissions is too long for the variables of a Lambda function, which have 4 KB: set zip to one with a routes.json in it."
  }
}

variable "revocations" {
  description = "Revokes tokens before they expire, with a table and what fills it: the partner event buses of the tenant's Event Stream and log stream (an aws_cloudwatch_event_bus, or an object with its name), whether a logout in the log stream revokes its session, after how many days a session's revocation is forgotten (null: never), and the applications whose logout tokens count, with which there is a public endpoint for them. An empty object has the table alone, for auth0-authorizer revoke; null has nothing of it. zip is the path of the functions' code where this module does not come from the npm package."
  type = object({
    event_bus         = optional(object({ name = string }))
    log_event_bus     = optional(object({ name = string }))
    revoke_on_logout  = optional(bool, false)
    logout_client_ids = optional(list(string), [])
    zip               = optional(string)

    session_retention_days = optional(number)
  })
  default = null
}

variable "alarms" {
  description = "Alarms, and a topic that tells of them: who receives them by email, how many refusals in percent are too many, after how many hours without a message from the Event Stream something is wrong, and whether a dashboard shows them. An empty object has nobody who receives them by email; null has none of them. template is the path of their CloudFormation template where this module does not come from the npm package."
  type = object({
    email           = optional(string)
    refused_percent = optional(number)
    silence_hours   = optional(number)
    dashboard       = optional(bool)
    template        = optional(string)
  })
  default = null
}

variable "zip" {
  description = "The path of the function's zip: the one of the npm package, unless it is another, such as one with a snapshot of the tenant's keys in it. Required where this module does not come from the npm package."
  type        = string
  default     = null
}

variable "runtime" {
  description = "nodejs22.x, which every version of the provider in versions.tf knows, or nodejs24.x, from 6.19 on."
  type        = string
  default     = "nodejs22.x"
}

variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "memory_size" {
  description = "Megabytes."
  type        = number
  default     = 512
}

variable "reserved_concurrency" {
  description = "How many containers are kept for the function, and how many it may have at most; -1 for no reserved limit."
  type        = number
  default     = -1
}

variable "role" {
  description = "An existing role in place of the module's. It needs logs:CreateLogStream and logs:PutLogEvents on the log group, and dynamodb:BatchGetItem on the table of revocations."
  type        = object({ arn = string })
  default     = null
}

variable "result_ttl_seconds" {
  description = "For how many seconds REST and HTTP APIs keep an answer, 0 to 3600. Null: 300, or 60 with simple responses, which nothing ends before."
  type        = number
  default     = null
}

variable "rest_identity_sources" {
  description = "What a REST API keeps answers by beside the token, such as method.request.header.X-Tenant or context.path."
  type        = list(string)
  default     = []
}

variable "http_identity_sources" {
  description = "What an HTTP API keeps answers by beside the token, such as $request.header.X-Tenant or $context.routeKey."
  type        = list(string)
  default     = []
}

variable "log_retention_days" {
  type    = number
  default = 30
}

variable "rest_api" {
  description = "A REST API to guard: its ID and its execution ARN. Its methods then name the output rest_authorizer_id, and its deployment has to wait for this module, because a deployment is a copy."
  type        = object({ id = string, execution_arn = string })
  default     = null
}

variable "http_api" {
  description = "An HTTP API to guard: its ID and its execution ARN. Its routes then name the output http_authorizer_id."
  type        = object({ id = string, execution_arn = string })
  default     = null
}

variable "websocket_api" {
  description = "A WebSocket API to guard: its ID and its execution ARN. Its route $connect then names the output websocket_authorizer_id."
  type        = object({ id = string, execution_arn = string })
  default     = null
}

variable "websocket_identity_source" {
  description = "Where the clients of the WebSocket API send the token: in the query under any name, which is passed to the function, or in route.request.header.Sec-WebSocket-Protocol, for which the integration of $connect selects the subprotocol bearer."
  type        = string
  default     = "route.request.querystring.access_token"
}

variable "gateway_responses" {
  description = "Whether the module sets what a REST API answers to rejected calls. An API has one answer of each type: with several authorizers for one API, let one of them set them."
  type        = bool
  default     = true
}

variable "cors_origins" {
  description = "Whose pages may read a REST API's 401, 403 and 503: *, or origins such as https://app.acme.com. With several, an answer names the origin that asked, whichever it is, because a gateway response cannot compare."
  type        = list(string)
  default     = ["*"]

  validation {
    condition     = length(var.cors_origins) > 0 && alltrue([for origin in var.cors_origins : origin == "*" || can(regex("^https?://[^/,\\s]+$", origin))])
    error_message = "cors_origins takes *, or origins such as https://app.acme.com, without a path and without a slash at the end."
  }
}

variable "cors_credentials" {
  description = "Whether pages of cors_origins that send cookies may read them. Needs named origins, because browsers refuse * with these."
  type        = bool
  default     = false
}

variable "resource_metadata" {
  description = "What a REST API's 401 names as resource_metadata (RFC 9728 §5.1), where agents find out which tenant to sign in to: an address, or nothing."
  type        = string
  default     = ""
}

variable "reason_in_403" {
  description = "Whether a REST API tells a refused caller why, such as email_not_verified."
  type        = bool
  default     = false
}
