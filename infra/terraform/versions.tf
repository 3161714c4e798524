terraform {
  required_version = ">= 1.5"
  required_providers {
    # A provider that is older than the runtime refuses it: set the variable runtime to one that it knows.
    aws = { source = "hashicorp/aws", version = ">= 5.80" }
  }
}
