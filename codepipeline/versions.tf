terraform {
  # 1.11 is the first release in which the S3 backend's own lock file is not experimental.
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because there is no lock file: a lock file with the hashes of one platform fails on all others.
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

  # The beginning of this project's names. No name of terraform/ begins like it. The deploy role is limited to
  # `local.deployed`, so it never reaches its own pipeline, state, roles or boundary.
  prefix = "${var.name}-pipeline-${var.environment}"

  # The beginning of the names of terraform/.
  deployed = "${var.name}-${var.environment}"

  regional = "${local.region}:${local.account_id}"
}
