terraform {
  # 1.11 is the first release in which the S3 backend's own lock file is not experimental.
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because there is no lock file: one with the hashes of a single platform stops every other.
      version = "5.100.0"
    }
  }
}

provider "aws" {
  default_tags {
    tags = {
      Project     = var.name
      Environment = var.environment
      ManagedBy   = "codepipeline"
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  # What this project owns. No name of terraform/ can begin like it, so that the deploy role, which is held
  # to `local.deployed`, never reaches its own pipeline, state, roles or boundary.
  prefix = "${var.name}-pipeline-${var.environment}"

  # What terraform/ owns.
  deployed = "${var.name}-${var.environment}"

  regional = "${local.region}:${local.account_id}"
}
