# The boundary of every role that terraform/ creates. Such a role can do no more than this, whatever its policies
# say. The deploy role cannot create a role without it, remove it from a role, or change it.
resource "aws_iam_policy" "boundary" {
  name        = "${local.prefix}-boundary"
  description = "The most that a role of ${local.deployed} may do."
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.boundary_statements })
}

locals {
  data_bucket_arn   = "arn:${local.partition}:s3:::${local.deployed}-${local.account_id}"
  state_machine_arn = "arn:${local.partition}:states:${local.regional}:stateMachine:${local.deployed}"
  execution_arns    = "arn:${local.partition}:states:${local.regional}:execution:${local.deployed}:*"
  key_arns          = "arn:${local.partition}:kms:${local.regional}:key/*"

  boundary_statements = [
    {
      Sid      = "ReadObjects"
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
      Resource = [local.data_bucket_arn, "${local.data_bucket_arn}/*"]
    },
    {
      # Never input/, where a write starts an execution, and never contracts/, which steers prompts.
      Sid      = "WriteOutputs"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
      Resource = [for prefix in ["processed", "rejected", "reports", "staging"] : "${local.data_bucket_arn}/${prefix}/*"]
    },
    {
      Sid      = "DeleteStagedObjects"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource = "${local.data_bucket_arn}/staging/*"
    },
    {
      Sid      = "Items"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem", "dynamodb:Query"]
      Resource = "arn:${local.partition}:dynamodb:${local.regional}:table/${local.deployed}-*"
    },
    {
      Sid       = "KeysThroughServices"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
      Resource  = local.key_arns
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["s3", "dynamodb"] : "${service}.${local.region}.amazonaws.com"] } }
    },
    {
      Sid      = "Events"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = "arn:${local.partition}:events:${local.regional}:event-bus/${local.deployed}"
    },
    {
      Sid      = "Models"
      Effect   = "Allow"
      Action   = "bedrock:InvokeModel"
      Resource = ["arn:${local.partition}:bedrock:*::foundation-model/*", "arn:${local.partition}:bedrock:${local.regional}:inference-profile/*"]
    },
    {
      Sid       = "Mail"
      Effect    = "Allow"
      Action    = ["ses:SendEmail", "ses:SendRawEmail"]
      Resource  = "arn:${local.partition}:ses:${local.regional}:*"
      Condition = { StringEquals = { "ses:FromAddress" = var.sender_email } }
    },
    {
      Sid      = "Executions"
      Effect   = "Allow"
      Action   = ["states:StartExecution", "states:DescribeExecution"]
      Resource = [local.state_machine_arn, "${local.state_machine_arn}:*", local.execution_arns]
    },
    {
      Sid      = "Functions"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = "arn:${local.partition}:lambda:${local.regional}:function:${local.deployed}-*"
    },
    {
      Sid      = "Queues"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = "arn:${local.partition}:sqs:${local.regional}:${local.deployed}-*"
    },
    {
      Sid      = "Logs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:${local.partition}:logs:${local.regional}:log-group:/aws/*/${local.deployed}*"
    },
    {
      # Neither log delivery nor X-Ray has resources to name.
      Sid    = "LogDeliveryAndTraces"
      Effect = "Allow"
      Action = [
        "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
        "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
      ]
      Resource = "*"
    },
  ]
}
