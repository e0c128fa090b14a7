# A scheduled plan of what was applied last. It takes no lock, so no deployment waits for it.
resource "aws_cloudwatch_event_rule" "drift" {
  name                = "${local.prefix}-drift-schedule"
  description         = "Starts the comparison of what runs with what was applied."
  schedule_expression = var.drift_schedule
}

resource "aws_cloudwatch_event_target" "drift" {
  rule      = aws_cloudwatch_event_rule.drift.name
  target_id = "drift"
  arn       = aws_codebuild_project.this["drift"].arn
  role_arn  = aws_iam_role.this["schedule"].arn
}
