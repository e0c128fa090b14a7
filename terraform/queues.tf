# Events that could not be delivered, kept for two weeks. The queues have SQS's own key: with a customer's key, a
# missing grant would lose the last copy of an event without any error. Neither queue holds rows.
resource "aws_sqs_queue" "undelivered" {
  for_each = {
    drops    = "Dropped files whose execution could not be started."
    failures = "Failed executions that could not be closed in the ledger or mailed."
  }

  name                      = "${local.pipeline}-undelivered-${each.key}"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true

  tags = { "description" = each.value }
}

resource "aws_sqs_queue_policy" "undelivered" {
  for_each = {
    drops    = aws_cloudwatch_event_rule.object_created.arn
    failures = aws_cloudwatch_event_rule.execution_failed.arn
  }

  queue_url = aws_sqs_queue.undelivered[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Rule"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.undelivered[each.key].arn
        Condition = { ArnEquals = { "aws:SourceArn" = each.value } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.undelivered[each.key].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
