# A dropped file starts an execution. Outputs lie under other prefixes, so they start none.
#
# The console writes a marker for a new folder, which must start no execution. It has no bytes, its key ends with
# a slash, and it rarely has a dot in its name. A pattern cannot demand both a prefix and "no slash at the end" of
# one key, because two entries of one array mean OR. So the rule goes by size and dot. An empty file with an
# extension does start an execution, which says what is wrong with it.
resource "aws_cloudwatch_event_rule" "object_created" {
  name          = "${local.pipeline}-object-created"
  description   = "Files dropped in input/."
  event_pattern = jsonencode(local.object_created)
}

locals {
  object_created = {
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [local.bucket] }
      object = {
        "$or" = [
          { key = [{ prefix = "input/" }], size = [{ numeric = [">", 0] }] },
          { key = [{ wildcard = "input/*.*" }], size = [{ numeric = ["=", 0] }] },
        ]
      }
    }
  }
}

resource "aws_cloudwatch_event_target" "start_execution" {
  rule     = aws_cloudwatch_event_rule.object_created.name
  arn      = aws_sfn_alias.live.arn
  role_arn = aws_iam_role.trigger.arn

  # The longest that EventBridge offers: the file stays in the bucket, so a late start is better than none.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered["drops"].arn
  }

  # The first event needs the role's policy to start an execution, and the queue's policy if that fails.
  depends_on = [aws_iam_role_policy.trigger, aws_sqs_queue_policy.undelivered]
}

resource "aws_iam_role" "trigger" {
  name                 = "${local.pipeline}-trigger"
  description          = "Starts executions for files dropped in input/."
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnEquals    = { "aws:SourceArn" = aws_cloudwatch_event_rule.object_created.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "trigger" {
  name = "start-execution"
  role = aws_iam_role.trigger.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "StartThroughTheAlias"
      Effect = "Allow"
      Action = "states:StartExecution"
      # IAM knows an alias by the ARN of its state machine.
      Resource  = local.state_machine_arn
      Condition = { "ForAnyValue:StringEquals" = { "states:StateMachineQualifier" = [local.live] } }
    }]
  })
}
