# What is mailed: a waiting approval, a failed pipeline, a drift check that failed or found a difference.
resource "aws_sns_topic" "pipeline" {
  name              = local.prefix
  kms_master_key_id = aws_kms_key.pipeline.arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = toset(coalesce(var.notification_emails, var.recipient_emails))
  topic_arn = aws_sns_topic.pipeline.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "pipeline" {
  arn = aws_sns_topic.pipeline.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # EventBridge does not say for which rule it publishes. With a condition on the rule it is refused, and
        # drops the message without any error.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        Sid       = "Rules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.pipeline.arn
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.pipeline.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

locals {
  notifications = {
    pipeline-failed = {
      description = "An execution of the pipeline failed."
      pattern = {
        source      = ["aws.codepipeline"]
        detail-type = ["CodePipeline Pipeline Execution State Change"]
        detail      = { pipeline = [aws_codepipeline.this.name], state = ["FAILED"] }
      }
      paths = {
        pipeline  = "$.detail.pipeline"
        execution = "$.detail.execution-id"
      }
      message = "The pipeline <pipeline> failed in execution <execution>. Nothing after the failed stage was done: https://${local.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>/executions/<execution>/timeline"
    }
    drift = {
      description = "The drift check did not come back clean."
      pattern = {
        source      = ["aws.codebuild"]
        detail-type = ["CodeBuild Build State Change"]
        detail = {
          project-name = [aws_codebuild_project.this["drift"].name]
          build-status = ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"]
        }
      }
      paths = {
        project = "$.detail.project-name"
        log     = "$.detail.additional-information.logs.deep-link"
      }
      message = "The drift check <project> did not come back clean. The end of its log says whether what runs differs from what was applied, and in what, or whether the check itself failed: <log>"
    }
  }
}

resource "aws_cloudwatch_event_rule" "notification" {
  for_each      = local.notifications
  name          = "${local.prefix}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "notification" {
  for_each  = local.notifications
  rule      = aws_cloudwatch_event_rule.notification[each.key].name
  target_id = "email"
  arn       = aws_sns_topic.pipeline.arn

  input_transformer {
    input_paths    = each.value.paths
    input_template = "\"${each.value.message}\""
  }
}
