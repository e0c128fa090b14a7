# What each step may do. steps/README.md says which steps touch what, and steps/pipeline-aws/README.md says which
# actions each adapter needs. The statements follow from the two.
locals {
  function_statements = {
    claim-file = [
      local.find_objects,
      {
        Sid      = "ReadWhatItVouchesFor"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [for prefix in ["input", "contracts", "processed", "rejected", "reports"] : "${local.bucket_arn}/${prefix}/*"]
      },
      {
        Sid      = "PublishTheManifest"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.bucket_arn}/reports/*/manifest.json"
      },
      {
        Sid      = "Ledger"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        Resource = aws_dynamodb_table.this["ledger"].arn
      },
      {
        Sid      = "WhetherTheReportIsDue"
        Effect   = "Allow"
        Action   = "dynamodb:GetItem"
        Resource = aws_dynamodb_table.this["send-log"].arn
      },
      {
        Sid      = "WhetherAnOwnerLives"
        Effect   = "Allow"
        Action   = "states:DescribeExecution"
        Resource = local.execution_arns
      },
      local.publish_events,
      local.keep_failures,
      local.use_key.s3_write,
      local.use_key.tables,
    ]

    validate-and-partition = [
      local.find_objects,
      {
        Sid      = "ReadTheFile"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [for prefix in ["input", "contracts"] : "${local.bucket_arn}/${prefix}/*"]
      },
      {
        Sid      = "WriteItsTwoHalves"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = [for prefix in ["processed", "rejected"] : "${local.bucket_arn}/${prefix}/*"]
      },
      local.stage_uploads,
      local.publish_events,
      local.use_key.s3_write,
    ]

    aggregate = [
      local.find_objects,
      {
        Sid      = "ReadTheValidRows"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [for prefix in ["contracts", "processed"] : "${local.bucket_arn}/${prefix}/*"]
      },
      {
        Sid      = "WriteTheFacts"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = "${local.bucket_arn}/reports/*/facts.json"
      },
      local.stage_uploads,
      local.use_key.s3_write,
    ]

    analyze = concat([
      local.find_objects,
      {
        Sid      = "ReadTheFacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = ["${local.bucket_arn}/contracts/*", "${local.bucket_arn}/reports/*/facts.json", "${local.bucket_arn}/reports/*/analysis.json"]
      },
      {
        Sid      = "WriteTheAnalysis"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.bucket_arn}/reports/*/analysis.json"
      },
      {
        Sid      = "KeepTheAnalysis"
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = aws_dynamodb_table.this["analyses"].arn
      },
      local.publish_events,
      local.use_key.s3_write,
      local.use_key.tables,
    ], local.ask_the_model)

    send-report = concat([
      local.find_objects,
      {
        Sid      = "ReadWhatItReports"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [for prefix in ["rejected", "reports"] : "${local.bucket_arn}/${prefix}/*"]
      },
      {
        Sid      = "WriteTheReport"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = "${local.bucket_arn}/reports/*/report.html"
      },
      {
        Sid      = "MarksOfMails"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
        Resource = aws_dynamodb_table.this["send-log"].arn
      },
      {
        Sid      = "NoteAtTheAnalysis"
        Effect   = "Allow"
        Action   = "dynamodb:UpdateItem"
        Resource = aws_dynamodb_table.this["analyses"].arn
      },
      local.stage_uploads,
      local.keep_failures,
      local.use_key.s3_write,
      local.use_key.tables,
    ], local.send_mail)
  }

  # For a missing object S3 answers "not found" only to those who may list, and "access denied" to others. The steps
  # must tell the two apart. S3 checks this permission without a prefix, so a condition on one would deny it.
  find_objects = {
    Sid      = "TellMissingFromForbidden"
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = local.bucket_arn
  }

  # Outputs of more than 8 MiB are written here first, since their metadata is known only at their end. The
  # manifest and the analysis are never that large.
  stage_uploads = {
    Sid    = "StageLargeObjects"
    Effect = "Allow"
    Action = [
      "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion",
    ]
    Resource = "${local.bucket_arn}/staging/*"
  }

  publish_events = {
    Sid      = "DomainEvents"
    Effect   = "Allow"
    Action   = "events:PutEvents"
    Resource = aws_cloudwatch_event_bus.domain.arn
  }

  # After the last retry Lambda sends the event to a queue (failure.tf), with the function's role.
  keep_failures = {
    Sid      = "KeepFailures"
    Effect   = "Allow"
    Action   = "sqs:SendMessage"
    Resource = aws_sqs_queue.undelivered["failures"].arn
  }

  # X-Ray has no resources to name.
  traces = {
    Sid      = "Traces"
    Effect   = "Allow"
    Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"]
    Resource = "*"
  }
}
