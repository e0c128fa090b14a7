locals {
  definition_file         = "${path.module}/../statemachine/statemachine.asl.json"
  live                    = "live"
  state_machine_log_group = "/aws/vendedlogs/states/${local.pipeline}"
}

# The definition names published versions of the functions: an execution that is under way when a new
# version is deployed goes on with the code that it began with.
resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_285:Inputs and outputs name files; the execution's own history keeps them for 90 days, so the log does not repeat them.
  name     = local.pipeline
  type     = "STANDARD"
  role_arn = aws_iam_role.state_machine.arn
  publish  = true

  definition = templatefile(local.definition_file, {
    for name, function in module.function : replace(name, "-", "_") => function.qualified_arn
  })

  logging_configuration {
    level                  = var.execution_log_level
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.state_machine.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.state_machine]
}

resource "aws_sfn_alias" "live" {
  name        = local.live
  description = "What a dropped file starts."

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.this.state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_cloudwatch_log_group" "state_machine" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the owner's choice, log_retention_days.
  name              = local.state_machine_log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_iam_role" "state_machine" {
  name                 = "${local.pipeline}-state-machine"
  description          = "Calls the functions of the pipeline."
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = [local.state_machine_arn, "${local.state_machine_arn}:*"] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "state_machine" {
  name   = "call-functions"
  role   = aws_iam_role.state_machine.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.state_machine_statements })
}

locals {
  state_machine_statements = [
    {
      Sid      = "Functions"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = [for function in module.function : "${function.arn}:*"]
    },
    {
      # Log delivery has no resources to name.
      Sid    = "Logs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
      ]
      Resource = "*"
    },
    local.traces,
  ]
}
