resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.pipeline
  dashboard_body = jsonencode({
    widgets = concat(
      [
        for index, widget in local.widgets : {
          type   = "metric"
          x      = (index % 3) * 8
          y      = floor(index / 3) * 6
          width  = 8
          height = 6
          properties = {
            title   = widget.title
            region  = local.region
            view    = "timeSeries"
            stacked = try(widget.stacked, false)
            stat    = try(widget.stat, "Sum")
            period  = 300
            metrics = widget.metrics
            yAxis   = { left = { min = 0 } }
          }
        }
      ],
      [{
        type       = "alarm"
        x          = 0
        y          = ceil(length(local.widgets) / 3) * 6
        width      = 24
        height     = 5
        properties = { title = "Alarms", alarms = [for name in sort(keys(local.alarms)) : aws_cloudwatch_metric_alarm.this[name].arn] }
      }],
    )
  })
}

locals {
  steps = sort(keys(local.functions))

  widgets = [
    {
      title = "Records"
      metrics = [
        for metric in ["RecordsRead", "RecordsValid", "RecordsRejected"] : ["Sluice", metric, "Pipeline", local.pipeline]
      ]
    },
    {
      title   = "Rejected, percent of a file"
      stat    = "Maximum"
      metrics = [["Sluice", "RejectRate", "Pipeline", local.pipeline]]
    },
    {
      title   = "Runs by outcome"
      stacked = true
      metrics = [
        for outcome in ["Completed", "AllRecordsRejected", "NoRecords", "FileRefused"] :
        ["Sluice", "Runs", "Pipeline", local.pipeline, "Outcome", outcome]
      ]
    },
    {
      title = "Executions"
      metrics = [
        for metric in ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled"] :
        ["AWS/States", metric, "StateMachineArn", local.state_machine_arn]
      ]
    },
    {
      title   = "Duration of the steps, ms (p95)"
      stat    = "p95"
      metrics = [for step in local.steps : ["Sluice", "StepDuration", "Pipeline", local.pipeline, "Step", step]]
    },
    {
      title   = "Read, bytes"
      metrics = [["Sluice", "SourceBytes", "Pipeline", local.pipeline]]
    },
    {
      title   = "The model, tokens"
      metrics = [for metric in ["InputTokens", "OutputTokens"] : ["Sluice", metric, "Pipeline", local.pipeline]]
    },
    {
      title   = "The model, US dollars"
      metrics = [["Sluice", "CostUsd", "Pipeline", local.pipeline]]
    },
    {
      title = "Analyses without the model, statements of it replaced"
      metrics = [
        for metric in ["Degraded", "ReplacedStatements"] : ["Sluice", metric, "Pipeline", local.pipeline]
      ]
    },
    {
      title = "Mails"
      metrics = [
        for status in ["SENT", "ALREADY_SENT", "AMBIGUOUS", "DISABLED"] :
        ["Sluice", "Mails", "Pipeline", local.pipeline, "Status", status]
      ]
    },
    {
      title = "Errors and throttles of the functions"
      metrics = concat(
        [for function in module.function : ["AWS/Lambda", "Errors", "FunctionName", function.name]],
        [for function in module.function : ["AWS/Lambda", "Throttles", "FunctionName", function.name]],
      )
    },
    {
      title   = "Events that could not be delivered"
      stat    = "Maximum"
      metrics = [for queue in aws_sqs_queue.undelivered : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.name]]
    },
  ]
}
