locals {
  # An alarm is raised by one period above the threshold. Missing data raises none, unless said otherwise.
  alarm_defaults = {
    namespace      = "Sluice"
    dimensions     = {}
    statistic      = "Sum"
    comparison     = "GreaterThanThreshold"
    threshold      = 0
    period_seconds = 300
    periods        = 1
    missing_data   = "notBreaching"
  }

  alarms = merge(
    local.execution_alarms, local.function_alarms, local.delivery_alarms, local.outcome_alarms, local.silence_alarm, local.mail_alarms,
  )

  execution_alarms = {
    for name, alarm in {
      failed    = ["ExecutionsFailed", "An execution failed. Its own page shows where; redrive it when the cause is gone."]
      timed-out = ["ExecutionsTimedOut", "An execution took longer than the state machine allows: its page shows in which state. One that waited for Lambda's concurrency is dropped or redriven when the burst is over."]
      aborted   = ["ExecutionsAborted", "Somebody has stopped an execution."]
      throttled = ["ExecutionThrottled", "Executions are throttled: their states wait for the account's limits."]
      } : "executions-${name}" => {
      namespace   = "AWS/States"
      metric      = alarm[0]
      dimensions  = { StateMachineArn = local.state_machine_arn }
      description = alarm[1]
    }
  }

  function_alarms = merge([
    for name, function in module.function : {
      # A state retries single errors, and an execution that fails has an alarm of its own. A report that is
      # not sent is different: the execution succeeds without it.
      "${name}-errors" = {
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = function.name }
        threshold   = name == "send-report" ? 0 : var.function_errors_tolerated
        description = name == "send-report" ? "A report or a mail may be missing; the log of send-report says why." : "${name} keeps failing. Its log says why."
      }
      "${name}-throttles" = {
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = function.name }
        threshold   = var.function_errors_tolerated
        description = "${name} has no concurrency left."
      }
    }
  ]...)

  delivery_alarms = merge(
    {
      for name, queue in aws_sqs_queue.undelivered : "undelivered-${name}" => {
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = queue.name }
        statistic   = "Maximum"
        description = "${queue.tags["description"]} The events wait in the queue for two weeks."
        # An unused queue stops reporting its metric, although its messages are still there.
        missing_data = "ignore"
      }
    },
    {
      for name, rule in {
        drops    = aws_cloudwatch_event_rule.object_created.name
        failures = aws_cloudwatch_event_rule.execution_failed.name
        } : "${name}-failed-invocations" => {
        namespace   = "AWS/Events"
        metric      = "FailedInvocations"
        dimensions  = { RuleName = rule }
        description = "The rule ${rule} could not reach its target."
      }
    },
    {
      for name, rule in {
        drops    = aws_cloudwatch_event_rule.object_created.name
        failures = aws_cloudwatch_event_rule.execution_failed.name
        } : "${name}-lost" => {
        namespace   = "AWS/Events"
        metric      = "InvocationsFailedToBeSentToDlq"
        dimensions  = { RuleName = rule }
        description = "An event of the rule ${rule} could not even be kept in its queue: look in input/ for a file without an execution."
      }
    },
  )

  # Outcomes are no errors, since the pipeline did its job. People want to be told of them all the same.
  outcome_alarms = merge(
    {
      for outcome, what in {
        FileRefused        = "A file was turned away as a whole; the mail and its execution say why."
        AllRecordsRejected = "A file has no valid record."
        } : outcome == "FileRefused" ? "file-refused" : "all-records-rejected" => {
        metric      = "Runs"
        dimensions  = { Pipeline = local.pipeline, Outcome = outcome }
        description = what
      }
    },
    {
      reject-rate = {
        metric      = "RejectRate"
        dimensions  = { Pipeline = local.pipeline }
        statistic   = "Maximum"
        threshold   = var.reject_rate_alarm_percent
        description = "A file lost more than ${var.reject_rate_alarm_percent} % of its records to rejected/."
      }
      analysis-degraded = {
        metric      = "Degraded"
        dimensions  = { Pipeline = local.pipeline }
        description = "The model was out of reach or too dear: the deterministic analyst stood in."
      }
    },
  )

  silence_alarm = {
    for name in var.silence_alarm_hours == null ? [] : ["nothing-completed"] : name => {
      metric         = "Runs"
      dimensions     = { Pipeline = local.pipeline, Outcome = "Completed" }
      comparison     = "LessThanThreshold"
      threshold      = 1
      period_seconds = 3600
      periods        = var.silence_alarm_hours
      missing_data   = "breaching"
      description    = "No file was completed for ${coalesce(var.silence_alarm_hours, 0)} hours."
    }
  }

  mail_alarms = merge(
    {
      for name in var.enable_email ? ["mail-ambiguous"] : [] : name => {
        metric      = "Mails"
        dimensions  = { Pipeline = local.pipeline, Status = "AMBIGUOUS" }
        description = "A mail may or may not have been sent, and is never sent again. The data is published all the same."
      }
    },
    {
      for event in var.enable_email ? local.undelivered_mail : [] : "mail-${lower(event)}" => {
        namespace   = "AWS/SES"
        metric      = title(lower(event))
        dimensions  = { Pipeline = local.pipeline }
        description = "SES took a mail and could not deliver it, or its recipient complained."
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => merge(local.alarm_defaults, alarm) }

  alarm_name          = "${local.pipeline}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period_seconds
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing_data
  alarm_actions       = [aws_sns_topic.alarms.arn]
}
