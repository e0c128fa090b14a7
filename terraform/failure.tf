# When an execution fails, its ledger record is closed and a mail is sent. The state machine does not catch
# unexpected errors, so that a redrive enters the state where the error happened. This rule does the rest.
resource "aws_cloudwatch_event_rule" "execution_failed" {
  name          = "${local.pipeline}-execution-failed"
  description   = "Executions that failed, timed out or were aborted."
  event_pattern = jsonencode(local.execution_failed)
}

locals {
  execution_failed = {
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
      stateMachineArn = [local.state_machine_arn]
    }
  }

  failure_actions = {
    claim-file  = "fail"
    send-report = "failure"
  }
}

resource "aws_cloudwatch_event_target" "execution_failed" {
  for_each = local.failure_actions

  rule      = aws_cloudwatch_event_rule.execution_failed.name
  target_id = each.key
  arn       = module.function[each.key].arn

  input_transformer {
    # No jsonencode: it would escape the angle brackets.
    input_template = "{\"action\":\"${each.value}\",\"event\":<aws.events.event.json>}"
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered["failures"].arn
  }

  depends_on = [aws_lambda_permission.execution_failed, aws_sqs_queue_policy.undelivered]
}

resource "aws_lambda_permission" "execution_failed" {
  for_each = local.failure_actions

  statement_id  = "execution-failed"
  function_name = module.function[each.key].name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.execution_failed.arn
}

# EventBridge puts the event into Lambda's own queue and is done. If the function then fails, Lambda retries it,
# and in the end sends the event to the queue below.
resource "aws_lambda_function_event_invoke_config" "execution_failed" {
  for_each = local.failure_actions

  function_name                = module.function[each.key].name
  maximum_event_age_in_seconds = 21600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.undelivered["failures"].arn
    }
  }
}
