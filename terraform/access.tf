# Policies for people, to be attached to their roles or permission sets. None reaches contracts/, which
# steers prompts: contracts change by a deployment.
resource "aws_iam_policy" "people" {
  for_each = local.people

  name        = "${local.pipeline}-${each.key}"
  description = each.value.description
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

locals {
  people = {
    droppers = {
      description = "May drop files in input/ and follow what becomes of them."
      statements = concat([
        {
          Sid      = "Drop"
          Effect   = "Allow"
          Action   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
          Resource = "${local.bucket_arn}/input/*"
        },
        {
          # Names the state machine that takes the files.
          Sid      = "ReadTheBucketsTags"
          Effect   = "Allow"
          Action   = "s3:GetBucketTagging"
          Resource = local.bucket_arn
        },
        local.use_key.s3_write,
      ], local.follow_executions)
    }

    readers = {
      description = "May read outputs and reports."
      statements = [
        {
          Sid      = "Read"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = [for prefix in local.output_prefixes : "${local.bucket_arn}/${prefix}*"]
        },
        {
          Sid       = "ListOutputs"
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = local.bucket_arn
          Condition = { StringLike = { "s3:prefix" = [for prefix in local.output_prefixes : "${prefix}*"] } }
        },
        local.use_key.s3_read,
      ]
    }

    operators = {
      description = "May look at everything but contracts, and redrive, start and stop executions."
      statements = concat([
        {
          Sid      = "Read"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = [for prefix in concat(["input/"], local.output_prefixes) : "${local.bucket_arn}/${prefix}*"]
        },
        {
          Sid      = "List"
          Effect   = "Allow"
          Action   = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketTagging"]
          Resource = local.bucket_arn
        },
        {
          Sid      = "StartAndStop"
          Effect   = "Allow"
          Action   = ["states:StartExecution", "states:DescribeStateMachine", "states:DescribeStateMachineAlias"]
          Resource = local.state_machine_arn
        },
        {
          Sid      = "Redrive"
          Effect   = "Allow"
          Action   = ["states:RedriveExecution", "states:StopExecution"]
          Resource = local.execution_arns
        },
        {
          Sid      = "ReadTheTables"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
          Resource = flatten([for table in aws_dynamodb_table.this : [table.arn, "${table.arn}/index/*"]])
        },
        {
          Sid      = "ReadTheLogs"
          Effect   = "Allow"
          Action   = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams", "logs:StartQuery"]
          Resource = concat([for function in module.function : "${function.log_group_arn}:*"], ["${aws_cloudwatch_log_group.state_machine.arn}:*"])
        },
        {
          # The answers of a query have no resource to name, nor have alarms and metrics.
          Sid      = "ReadAnswersAndMetrics"
          Effect   = "Allow"
          Action   = ["logs:GetQueryResults", "logs:StopQuery", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"]
          Resource = "*"
        },
        {
          Sid      = "ReadTheDashboard"
          Effect   = "Allow"
          Action   = "cloudwatch:GetDashboard"
          Resource = aws_cloudwatch_dashboard.this.dashboard_arn
        },
        {
          Sid      = "HandOverUndeliveredEvents"
          Effect   = "Allow"
          Action   = ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
          Resource = [for queue in aws_sqs_queue.undelivered : queue.arn]
        },
        local.use_key.s3_read,
        local.use_key.tables,
      ], local.follow_executions)
    }
  }

  output_prefixes = ["processed/", "rejected/", "reports/"]

  follow_executions = [
    {
      Sid      = "ListExecutions"
      Effect   = "Allow"
      Action   = "states:ListExecutions"
      Resource = local.state_machine_arn
    },
    {
      Sid      = "FollowExecutions"
      Effect   = "Allow"
      Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
      Resource = local.execution_arns
    },
  ]
}
