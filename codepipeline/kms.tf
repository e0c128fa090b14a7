# One key for everything that the pipeline stores: artifacts, state, logs, messages.
resource "aws_kms_key" "pipeline" {
  description             = "Artifacts, Terraform state, logs and notifications of ${local.prefix}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_policy_statements })
}

resource "aws_kms_alias" "pipeline" {
  name          = "alias/${local.prefix}"
  target_key_id = aws_kms_key.pipeline.key_id
}

locals {
  key_policy_statements = [
    {
      # IAM policies of the account decide who may manage the key. Without this statement nobody could.
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    },
    {
      Sid       = "Logs"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
      Resource  = "*"
      Condition = {
        ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.regional}:log-group:/aws/codebuild/${local.prefix}-*" }
      }
    },
    {
      # EventBridge needs these to publish to an encrypted topic. Without them it drops the message, without any
      # error. A condition on the source is not supported here, and has the same effect.
      # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
      Sid       = "Events"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
    },
  ]
}
