locals {
  # The prefix of every name, and the dimension `Pipeline` of every metric.
  pipeline = "${var.name}-${var.environment}"

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  bucket     = "${local.pipeline}-${local.account_id}"
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket}"

  # Composed from names, so that resources on which the state machine depends can refer to its ARN.
  state_machine_arn = "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:${local.pipeline}"
  execution_arns    = "arn:${local.partition}:states:${local.region}:${local.account_id}:execution:${local.pipeline}:*"

  alarm_emails = var.alarm_emails == null ? var.recipient_emails : var.alarm_emails

  # How a principal may use the key: only through the service that holds the data.
  use_key = {
    for service, actions in {
      s3_read  = { host = "s3", actions = ["kms:Decrypt"] }
      s3_write = { host = "s3", actions = ["kms:Decrypt", "kms:GenerateDataKey"] }
      tables   = { host = "dynamodb", actions = ["kms:Decrypt", "kms:DescribeKey"] }
      } : service => {
      Sid      = "Key${replace(title(replace(service, "_", " ")), " ", "")}"
      Effect   = "Allow"
      Action   = actions.actions
      Resource = aws_kms_key.data.arn
      Condition = {
        StringEquals = { "kms:ViaService" = "${actions.host}.${local.region}.amazonaws.com" }
      }
    }
  }
}
