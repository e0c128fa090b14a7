output "bucket" {
  description = "The bucket. Drop files in its input/."
  value       = aws_s3_bucket.data.id
}

output "state_machine_arn" {
  description = "The state machine, for `sluice executions --state-machine`."
  value       = aws_sfn_state_machine.this.arn
}

output "state_machine_alias_arn" {
  description = "The alias that dropped files start; start executions by hand with it too."
  value       = aws_sfn_alias.live.arn
}

output "event_bus" {
  description = "The bus of the domain events."
  value       = aws_cloudwatch_event_bus.domain.name
}

output "event_bus_arn" {
  description = "The ARN of the bus of the domain events, for rules of other accounts and stacks."
  value       = aws_cloudwatch_event_bus.domain.arn
}

output "ledger_table" {
  description = "The table of claims, which is also the history of all files."
  value       = aws_dynamodb_table.this["ledger"].name
}

output "send_log_table" {
  description = "The table of the mails' marks."
  value       = aws_dynamodb_table.this["send-log"].name
}

output "analyses_table" {
  description = "The table of analyses."
  value       = aws_dynamodb_table.this["analyses"].name
}

output "alarm_topic_arn" {
  description = "The topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "undelivered_queue_urls" {
  description = "The queues of events that could not be handed over: drops and failures."
  value       = { for name, queue in aws_sqs_queue.undelivered : name => queue.url }
}

output "dropper_policy_arn" {
  description = "The policy for people and programs that drop files."
  value       = aws_iam_policy.people["droppers"].arn
}

output "reader_policy_arn" {
  description = "The policy for people who read outputs."
  value       = aws_iam_policy.people["readers"].arn
}

output "operator_policy_arn" {
  description = "The policy for people who look after executions."
  value       = aws_iam_policy.people["operators"].arn
}

output "key_arn" {
  description = "The key of all that holds data."
  value       = aws_kms_key.data.arn
}

output "function_names" {
  description = "The functions by step."
  value       = { for step, function in module.function : step => function.name }
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "${local.console}/cloudwatch/home?region=${local.region}#dashboards/dashboard/${local.pipeline}"
}
