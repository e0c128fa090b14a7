terraform {
  # 1.10 brought the lock file of the S3 backend.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because there is no lock file: a lock file with the hashes of one platform fails on all others.
      version = "5.100.0"
    }
  }

  # The rest is given to `terraform init` with -backend-config; see the README.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, {
      "sluice:pipeline" = local.pipeline
      "environment"     = var.environment
      "managed-by"      = "terraform"
    })
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
