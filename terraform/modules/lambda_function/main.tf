resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:The state machine sees each failure; functions that EventBridge calls have a destination for failures.
  #checkov:skip=CKV_AWS_117:It calls AWS only, over TLS; a VPC would add cost, and there is nothing in it to reach.
  #checkov:skip=CKV_AWS_173:The variables hold names and addresses, no secrets, and are encrypted with Lambda's own key.
  #checkov:skip=CKV_AWS_272:The pipeline deploys exactly the zips that it has built and tested.
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)
  publish                        = true

  filename = var.package
  # If the zip is missing, the precondition below has the clearer message.
  source_code_hash = fileexists(var.package) ? filebase64sha256(var.package) : null

  environment {
    variables = var.environment
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.package)
      error_message = "There is no ${var.package}. Build it first: ${var.build_command}"
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is the owner's choice, log_retention_days.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.key_arn
}
