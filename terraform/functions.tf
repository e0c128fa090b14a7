locals {
  functions_dir = coalesce(var.functions_dir, "${path.module}/../target/functions/${var.architecture}")
  definition    = jsondecode(file(local.definition_file))

  # Processors come with memory: 1,769 MB give one. A new account may have 3,008 MB at most.
  functions = {
    claim-file             = { memory_size_mb = 256, environment = local.claim_file_environment }
    validate-and-partition = { memory_size_mb = 3008, environment = local.validate_environment }
    aggregate              = { memory_size_mb = 3008, environment = {} }
    analyze                = { memory_size_mb = 512, environment = local.analyze_environment }
    send-report            = { memory_size_mb = 512, environment = local.send_report_environment }
  }

  # A function times out before the first state that waits for it. Its own error says more than the state's.
  function_timeouts_seconds = {
    for name in keys(local.functions) : name => min([
      for state in values(local.definition.States) : state.TimeoutSeconds
      if try(state.Arguments.FunctionName, "") == "$${${replace(name, "-", "_")}}"
    ]...) - 10
  }
}

module "function" {
  source   = "./modules/lambda_function"
  for_each = local.functions

  name                     = "${local.pipeline}-${each.key}"
  description              = "Sluice: step ${each.key}."
  package                  = "${local.functions_dir}/${each.key}.zip"
  build_command            = "steps/package --arch ${var.architecture}"
  architecture             = var.architecture
  memory_size_mb           = coalesce(try(var.function_settings[each.key].memory_size_mb, null), each.value.memory_size_mb)
  timeout_seconds          = local.function_timeouts_seconds[each.key]
  reserved_concurrency     = try(var.function_settings[each.key].reserved_concurrency, null)
  log_level                = var.log_level
  log_retention_days       = var.log_retention_days
  key_arn                  = aws_kms_key.data.arn
  policy_statements        = concat(local.function_statements[each.key], [local.traces])
  permissions_boundary_arn = var.permissions_boundary_arn
  account_id               = local.account_id

  environment = merge({
    SLUICE_PIPELINE = local.pipeline
    SLUICE_BUCKET   = local.bucket
  }, each.value.environment)
}

locals {
  claim_file_environment = {
    SLUICE_LEDGER_TABLE    = aws_dynamodb_table.this["ledger"].name
    SLUICE_SEND_LOG_TABLE  = aws_dynamodb_table.this["send-log"].name
    SLUICE_EVENT_BUS       = aws_cloudwatch_event_bus.domain.name
    SLUICE_DEFAULT_DATASET = var.default_dataset
    SLUICE_MAX_SIZE_BYTES  = tostring(var.max_size_bytes)
  }

  validate_environment = {
    SLUICE_EVENT_BUS = aws_cloudwatch_event_bus.domain.name
  }

  # Without SLUICE_MODEL_ID no model is asked, and the run does not count as degraded.
  analyze_environment = merge(
    {
      SLUICE_ANALYSES_TABLE    = aws_dynamodb_table.this["analyses"].name
      SLUICE_EVENT_BUS         = aws_cloudwatch_event_bus.domain.name
      SLUICE_MAX_OUTPUT_TOKENS = tostring(var.bedrock_max_output_tokens)
      SLUICE_COST_CEILING_USD  = tostring(var.bedrock_cost_ceiling_usd)
    },
    var.enable_bedrock ? { SLUICE_MODEL_ID = var.bedrock_model_id } : {},
  )

  # Without SLUICE_MAIL_FROM no mail is sent, and the run is complete without it.
  send_report_environment = merge(
    {
      SLUICE_SEND_LOG_TABLE  = aws_dynamodb_table.this["send-log"].name
      SLUICE_ANALYSES_TABLE  = aws_dynamodb_table.this["analyses"].name
      SLUICE_MAIL_FROM_NAME  = var.sender_name
      SLUICE_MAIL_TO         = join(",", var.recipient_emails)
      SLUICE_ATTACH_REJECTED = tostring(var.attach_rejected)
      SLUICE_LINK_PAGE       = local.object_link
      SLUICE_LINK_MAIL       = local.object_link
      SLUICE_LINK_EXECUTION  = "${local.console}/states/home?region=${local.region}#/v2/executions/details/{execution}"
    },
    var.enable_email ? {
      SLUICE_MAIL_FROM             = var.sender_email
      SLUICE_SES_CONFIGURATION_SET = local.pipeline
    } : {},
  )

  # {bucket}, {key} and {execution} are filled in, percent-encoded, by send-report.
  console     = "https://${local.region}.console.${local.console_domain}"
  object_link = "${local.console}/s3/object/{bucket}?region=${local.region}&prefix={key}"
  console_domain = lookup({
    aws-cn     = "amazonaws.cn"
    aws-us-gov = "amazonaws-us-gov.com"
  }, local.partition, "aws.amazon.com")
}
