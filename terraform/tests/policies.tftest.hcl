# Least privilege, as far as the text of the policies shows it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sender_email             = "reports@example.com"
  recipient_emails         = ["team@example.com"]
  functions_dir            = "tests/fixtures/functions"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary"
}

run "roles" {
  # No action may stand for a whole service. Every statement names its resource, unless AWS has none to name.
  assert {
    condition = alltrue(flatten([
      for statement in flatten([values(local.function_statements), local.state_machine_statements, [for person in local.people : person.statements]]) :
      [for action in flatten([statement.Action]) : !strcontains(action, "*")]
    ]))
    error_message = "A policy allows actions by wildcard."
  }

  assert {
    condition = alltrue([
      for statement in flatten([values(local.function_statements), local.state_machine_statements, [for person in local.people : person.statements]]) :
      !contains(flatten([statement.Resource]), "*") || contains(["Traces", "Logs", "ReadAnswersAndMetrics"], statement.Sid)
    ])
    error_message = "A policy allows every resource of a service that has resources to name."
  }

  assert {
    condition = alltrue([
      for statement in flatten(values(local.function_statements)) : statement.Effect == "Allow"
    ])
    error_message = "A step's policy should say what is allowed, and nothing else."
  }

  # The key may be used through a service only.
  assert {
    condition = alltrue([
      for statement in flatten([values(local.function_statements), [for person in local.people : person.statements]]) :
      try(endswith(statement.Condition.StringEquals["kms:ViaService"], ".us-east-1.amazonaws.com"), false)
      if anytrue([for action in flatten([statement.Action]) : startswith(action, "kms:")])
    ])
    error_message = "A policy lets its holder use the key by itself."
  }

  # Each service is trusted for this account only.
  assert {
    condition = alltrue([
      for role in [aws_iam_role.trigger, aws_iam_role.state_machine] :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "A role can be taken in another account's name."
  }

  assert {
    condition     = jsondecode(aws_iam_role.trigger.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == aws_cloudwatch_event_rule.object_created.arn
    error_message = "Another rule may take the trigger's role."
  }

  assert {
    condition     = aws_iam_role.trigger.permissions_boundary == var.permissions_boundary_arn && aws_iam_role.state_machine.permissions_boundary == var.permissions_boundary_arn
    error_message = "A role has no permissions boundary."
  }
}

run "writes" {
  # The prefixes that each step may write, and no others; only claim-file has the manifest.
  assert {
    condition = {
      for step, statements in local.function_statements : step => join(" ", sort(flatten([
        for statement in statements : [for resource in flatten([statement.Resource]) : trimprefix(resource, "${local.bucket_arn}/")]
        if contains(flatten([statement.Action]), "s3:PutObject")
      ])))
      } == {
      claim-file             = "reports/*/manifest.json"
      validate-and-partition = "processed/* rejected/* staging/*"
      aggregate              = "reports/*/facts.json staging/*"
      analyze                = "reports/*/analysis.json"
      send-report            = "reports/*/report.html staging/*"
    }
    error_message = "A step may write elsewhere than steps/README.md says."
  }

  assert {
    condition = alltrue(flatten([
      for statements in values(local.function_statements) : [
        for statement in statements : [for resource in flatten([statement.Resource]) : startswith(resource, "${local.bucket_arn}/staging/")]
        if anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:Delete")])
      ]
    ]))
    error_message = "A step may delete what is not its own scaffolding."
  }

  assert {
    condition     = length([for statement in flatten(values(local.function_statements)) : statement if anytrue([for action in flatten([statement.Action]) : startswith(action, "states:") && action != "states:DescribeExecution"])]) == 0
    error_message = "A step may do more to executions than look at them."
  }

  assert {
    condition     = [for statement in local.state_machine_statements : statement.Resource if statement.Sid == "Functions"][0] == [for name in keys(local.functions) : "${module.function[name].arn}:*"]
    error_message = "The state machine may call other functions than its own."
  }
}

run "people" {
  # contracts/ steers prompts, so it changes by a deployment alone, and nobody writes outputs.
  assert {
    condition = alltrue(flatten([
      for person in local.people : [
        for statement in person.statements : [for resource in flatten([statement.Resource]) : !strcontains(resource, "contracts") && !endswith(resource, "${local.bucket}/*")]
      ]
    ]))
    error_message = "A policy for people reaches contracts/."
  }

  assert {
    condition = join(" ", flatten([
      for person in local.people : [
        for statement in person.statements : statement.Resource
        if anytrue([for action in flatten([statement.Action]) : startswith(action, "s3:Put") || startswith(action, "s3:Delete")])
      ]
    ])) == "${local.bucket_arn}/input/*"
    error_message = "People may write elsewhere than in input/."
  }

  assert {
    condition = length(flatten([
      for statement in local.people["droppers"].statements : [
        for action in flatten([statement.Action]) : action
        if startswith(action, "s3:Get") && action != "s3:GetBucketTagging" || contains(["states:StartExecution", "states:StopExecution", "states:RedriveExecution"], action) || startswith(action, "dynamodb:")
      ]
    ])) == 0
    error_message = "Droppers may do more than drop files and follow their executions."
  }

  assert {
    condition     = length(aws_iam_policy.people) == length(local.people)
    error_message = "A policy for people is not created."
  }
}

run "bucket_policy" {
  assert {
    condition = alltrue([
      for statement in local.bucket_policy_statements : statement.Effect == "Deny"
    ])
    error_message = "The bucket's policy should allow nothing: IAM does."
  }

  # Without the Null, a Deny by StringNotEquals would also hit every upload without the header.
  assert {
    condition = alltrue([
      for statement in local.bucket_policy_statements : contains(values(statement.Condition.Null), "false")
      if can(statement.Condition.StringNotEquals)
    ])
    error_message = "Uploads that leave encryption to the bucket would be denied."
  }

  assert {
    condition     = length([for statement in local.bucket_policy_statements : statement if try(statement.Condition.Bool["aws:SecureTransport"], "") == "false" && statement.Action == "s3:*"]) == 1
    error_message = "The bucket can be reached without TLS."
  }
}

run "key_policy" {
  # A service that uses the key by itself may do so only for this account or this pipeline's resources.
  assert {
    condition = alltrue([
      for statement in local.key_policy_statements : can(statement.Condition)
      if can(statement.Principal.Service)
    ])
    error_message = "A service may use the key in anybody's name."
  }

  assert {
    condition     = contains([for statement in local.key_policy_statements : try(statement.Principal.Service, "")], "cloudwatch.amazonaws.com") && aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.data.arn
    error_message = "Alarms could not be published to the encrypted topic."
  }

  assert {
    condition     = aws_kms_key.data.enable_key_rotation
    error_message = "The key is not rotated."
  }
}

run "role_of_a_function" {
  module {
    source = "./modules/lambda_function"
  }

  variables {
    name               = "sluice-dev-analyze"
    description        = "A step."
    package            = "tests/fixtures/functions/analyze.zip"
    build_command      = "steps/package"
    architecture       = "arm64"
    memory_size_mb     = 512
    timeout_seconds    = 290
    environment        = { A = "1" }
    log_level          = "INFO"
    log_retention_days = 90
    key_arn            = "arn:aws:kms:us-east-1:123456789012:key/a-key"
    policy_statements  = [{ Sid = "Given", Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/x" }]
    account_id         = "123456789012"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn
    error_message = "The role has no permissions boundary."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid] == ["Given", "OwnLog"]
    error_message = "The role may do more, or less, than it is given."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "The role can be taken in another account's name."
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_function.this.tracing_config[0].mode == "Active" && aws_lambda_function.this.logging_config[0].log_format == "JSON"
    error_message = "The function is not published, traced or logged as it should be."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && aws_cloudwatch_log_group.this.kms_key_id == var.key_arn && aws_cloudwatch_log_group.this.retention_in_days == 90
    error_message = "The function's defaults are not what they should be."
  }
}

run "a_missing_zip_is_told" {
  command         = plan
  expect_failures = [aws_lambda_function.this]

  module {
    source = "./modules/lambda_function"
  }

  variables {
    name               = "sluice-dev-analyze"
    description        = "A step."
    package            = "tests/fixtures/functions/none.zip"
    build_command      = "steps/package"
    architecture       = "arm64"
    memory_size_mb     = 512
    timeout_seconds    = 290
    environment        = {}
    log_level          = "INFO"
    log_retention_days = 90
    key_arn            = "arn:aws:kms:us-east-1:123456789012:key/a-key"
    policy_statements  = []
    account_id         = "123456789012"
  }
}
