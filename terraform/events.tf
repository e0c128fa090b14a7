# The domain events, for others to build on: File Claimed, Processing Complete, Analysis Complete,
# Run Completed, Run Failed. They hold keys and counts, never rows.
resource "aws_cloudwatch_event_bus" "domain" {
  name = local.pipeline
}

resource "aws_cloudwatch_event_archive" "domain" {
  for_each = toset(var.event_archive_days > 0 ? ["domain"] : [])

  name             = "${local.pipeline}-domain-events"
  description      = "Domain events, to be replayed to new consumers."
  event_source_arn = aws_cloudwatch_event_bus.domain.arn
  retention_days   = var.event_archive_days
}
