terraform {
  required_version = ">= 1.5"
  required_providers {
    # A provider that is older than a runtime refuses it: the default of the variable runtime is one that all of these know.
    aws = { source = "hashicorp/aws", version = ">= 5.80" }
  }
}
