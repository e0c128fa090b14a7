# The parts fit together: the rule, the definition, the functions, the lifecycle, the alarms.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sender_email     = "reports@example.com"
  recipient_emails = ["team@example.com"]
  functions_dir    = "tests/fixtures/functions"
}

run "state_machine" {
  assert {
    condition     = !strcontains(aws_sfn_state_machine.this.definition, "$${") && can(jsondecode(aws_sfn_state_machine.this.definition))
    error_message = "A placeholder of the definition is not filled in."
  }

  # Published versions only: an execution that is under way keeps its code.
  assert {
    condition = alltrue([
      for state in values(jsondecode(aws_sfn_state_machine.this.definition).States) : can(regex(":function:[a-z-]+:[0-9]+$", state.Arguments.FunctionName))
      if state.Type == "Task"
    ])
    error_message = "A state calls a function by another name than its published version's."
  }

  assert {
    condition = toset([
      for state in values(local.definition.States) : trimsuffix(trimprefix(state.Arguments.FunctionName, "$${"), "}") if state.Type == "Task"
    ]) == toset([for step in keys(local.functions) : replace(step, "-", "_")])
    error_message = "The functions are not the ones that the definition calls."
  }

  assert {
    condition = local.function_timeouts_seconds == {
      for step, seconds in {
        for state in values(local.definition.States) :
        replace(trimsuffix(trimprefix(state.Arguments.FunctionName, "$${"), "}"), "_", "-") => state.TimeoutSeconds...
        if state.Type == "Task"
      } : step => min(seconds...) - 10
    }
    error_message = "A function should give up ten seconds before its state does."
  }

  assert {
    condition     = aws_sfn_state_machine.this.publish && aws_cloudwatch_event_target.start_execution.arn == aws_sfn_alias.live.arn
    error_message = "A dropped file should start the published version."
  }

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].include_execution_data == false && aws_sfn_state_machine.this.tracing_configuration[0].enabled
    error_message = "The state machine is not logged or traced as it should be."
  }
}

run "trigger" {
  # Executions start for input/ only, and for nothing that the pipeline writes itself.
  assert {
    condition = flatten([
      for way in jsondecode(aws_cloudwatch_event_rule.object_created.event_pattern).detail.object["$or"] : [for match in way.key : values(match)]
    ]) == ["input/", "input/*.*"]
    error_message = "The rule matches something else than files in input/."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.object_created.event_pattern).detail.bucket.name == [local.bucket]
    error_message = "The rule matches other buckets."
  }

  assert {
    condition     = aws_cloudwatch_event_target.start_execution.dead_letter_config[0].arn != null && aws_cloudwatch_event_target.start_execution.retry_policy[0].maximum_event_age_in_seconds == 86400
    error_message = "An event that cannot be delivered would be lost."
  }

  assert {
    condition     = toset(jsondecode(aws_cloudwatch_event_rule.execution_failed.event_pattern).detail.status) == toset(["FAILED", "TIMED_OUT", "ABORTED"])
    error_message = "An execution can end badly without the rule."
  }

  assert {
    condition = {
      for step, target in aws_cloudwatch_event_target.execution_failed : step => target.input_transformer[0].input_template
      } == {
      claim-file  = "{\"action\":\"fail\",\"event\":<aws.events.event.json>}"
      send-report = "{\"action\":\"failure\",\"event\":<aws.events.event.json>}"
    }
    error_message = "The functions would not understand the failure."
  }

  assert {
    condition = alltrue([
      for step in keys(local.failure_actions) : aws_lambda_function_event_invoke_config.execution_failed[step].destination_config[0].on_failure[0].destination != null
      && aws_lambda_permission.execution_failed[step].source_arn == aws_cloudwatch_event_rule.execution_failed.arn
    ])
    error_message = "A failure that could not be noted would be lost, or anybody may call the function."
  }

  assert {
    condition     = alltrue([for step in keys(local.failure_actions) : contains([for statement in local.function_statements[step] : statement.Sid], "KeepFailures")])
    error_message = "Lambda hands failures over in the function's name, and the function may not."
  }
}

run "lifecycle" {
  assert {
    condition     = toset([for rule in aws_s3_bucket_lifecycle_configuration.data.rule : try(rule.filter[0].prefix, "") if try(rule.expiration[0].days, 0) > 0]) == toset(["input/", "processed/", "rejected/", "reports/", "staging/"])
    error_message = "Something expires that should not, or the reverse: contracts/ never does."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.data.rule : one(rule.transition[*].days) == 30 if contains(local.expiring_prefixes, try(rule.filter[0].prefix, ""))])
    error_message = "Files should move to Intelligent-Tiering after 30 days."
  }

  assert {
    condition     = aws_s3_bucket_notification.data.eventbridge && aws_s3_bucket.data.force_destroy == false
    error_message = "The bucket does not send its events to EventBridge, or it can be deleted with files in it."
  }

  assert {
    condition     = aws_s3_bucket.data.tags["sluice:state-machine-arn"] == "arn:aws:states:us-east-1:123456789012:stateMachine:sluice-dev"
    error_message = "sluice drop would not find the state machine."
  }
}

run "contracts" {
  variables {
    contracts_dir = "tests/fixtures/contracts"
  }

  assert {
    condition     = { for name, object in aws_s3_object.contract : name => object.key } == { orders = "contracts/orders.json", smartphone-sales = "contracts/smartphone-sales.json" }
    error_message = "Each file of the folder should be a contract, beside the sample."
  }

  assert {
    condition     = alltrue([for object in aws_s3_object.contract : object.source_hash != null])
    error_message = "A changed contract would not be noticed."
  }
}

run "a_contract_that_is_none" {
  command         = plan
  expect_failures = [aws_s3_object.contract]

  variables {
    contracts_dir = "tests/fixtures/no_contracts"
  }
}

run "tables" {
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.this : table.billing_mode == "PAY_PER_REQUEST" && table.point_in_time_recovery[0].enabled && table.ttl[0].enabled && table.server_side_encryption[0].kms_key_arn == aws_kms_key.data.arn
    ])
    error_message = "A table is not what it should be."
  }

  assert {
    condition     = { for name, table in aws_dynamodb_table.this : name => [table.hash_key, table.ttl[0].attribute_name] } == { ledger = ["pk", "expires_at"], send-log = ["pk", "expires_at"], analyses = ["analysis_id", "ttl"] }
    error_message = "The adapters look for other keys."
  }

  assert {
    condition     = [for index in aws_dynamodb_table.this["analyses"].global_secondary_index : [index.name, index.hash_key, index.range_key, index.projection_type]] == [["by-correlation-id", "correlation_id", "analysis_timestamp", "ALL"]]
    error_message = "The adapters look for another index."
  }
}

run "alarms" {
  assert {
    condition = length(setsubtract(concat(
      ["executions-failed", "executions-timed-out", "executions-aborted", "executions-throttled"],
      flatten([for step in keys(local.functions) : ["${step}-errors", "${step}-throttles"]]),
      ["undelivered-drops", "undelivered-failures", "drops-failed-invocations", "failures-failed-invocations", "drops-lost", "failures-lost"],
      ["reject-rate", "file-refused", "all-records-rejected", "analysis-degraded", "mail-ambiguous", "mail-bounce"],
    ), keys(aws_cloudwatch_metric_alarm.this))) == 0
    error_message = "An alarm is missing."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : one(alarm.alarm_actions) == aws_sns_topic.alarms.arn && length(alarm.alarm_description) > 20])
    error_message = "An alarm has no topic to notify, or its description does not say what to do."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["executions-failed"].dimensions == tomap({ StateMachineArn = local.state_machine_arn }) && aws_cloudwatch_metric_alarm.this["send-report-errors"].threshold == 0
    error_message = "An alarm looks at the wrong thing."
  }

  assert {
    condition     = can(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body)) && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == length(local.widgets) + 1
    error_message = "The dashboard is not complete."
  }
}
