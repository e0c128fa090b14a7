# One key for everything that holds data. IAM policies of this account say who may use it, always through the
# service that holds the data. Services that use the key by themselves are named here.
resource "aws_kms_key" "data" {
  description             = "${local.pipeline}: files, tables, logs and alarms"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_days
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_policy_statements })
}

resource "aws_kms_alias" "data" {
  name          = "alias/${local.pipeline}"
  target_key_id = aws_kms_key.data.key_id
}

locals {
  key_policy_statements = concat([
    {
      Sid       = "PoliciesOfThisAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    },
    {
      Sid       = "LogGroups"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.amazonaws.com" }
      Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
      Resource  = "*"
      Condition = {
        ArnLike = {
          "kms:EncryptionContext:aws:logs:arn" = [
            "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${local.pipeline}-*",
            "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.state_machine_log_group}",
          ]
        }
      }
    },
    {
      # Without it CloudWatch cannot publish to the encrypted topic, and no alarm is mailed.
      Sid       = "AlarmsToTheTopic"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    },
    ], [
    for trail in var.enable_cloudtrail ? [local.trail_arn] : [] : {
      Sid       = "Trail"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = ["kms:GenerateDataKey*", "kms:DescribeKey"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceArn" = trail } }
    }
  ])
}
