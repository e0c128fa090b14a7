# What the pipeline is made of. Nothing is created: the provider is a mock, whose values are known in the plan.
mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mocked" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111122223333:policy/mocked" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:111122223333:mocked" }
  }
  mock_resource "aws_codebuild_project" {
    defaults = { arn = "arn:aws:codebuild:eu-central-1:111122223333:project/mocked" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:111122223333:rule/mocked" }
  }
  mock_resource "aws_codeconnections_connection" {
    defaults = { arn = "arn:aws:codeconnections:eu-central-1:111122223333:connection/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  repository       = "example/sluice"
  sender_email     = "sluice@example.org"
  recipient_emails = ["data@example.org"]
}

run "dev_deploys_without_asking" {
  command = plan

  assert {
    condition     = aws_codepipeline.this.stage[*].name == tolist(["Source", "Build", "Plan", "Apply", "Smoke"])
    error_message = "The stages of dev are Source, Build, Plan, Apply and Smoke."
  }

  assert {
    condition     = aws_codepipeline.this.pipeline_type == "V2" && aws_codepipeline.this.execution_mode == "QUEUED"
    error_message = "Executions must wait for each other: a superseded one could lose a plan that was approved."
  }
}

run "prod_asks" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = aws_codepipeline.this.stage[*].name == tolist(["Source", "Build", "Plan", "Approval", "Apply", "Smoke"])
    error_message = "In prod a person approves between Plan and Apply."
  }

  assert {
    condition     = aws_codepipeline.this.stage[3].action[0].configuration["ExternalEntityLink"] == "#{plan.PLAN_URL}" && aws_codepipeline.this.stage[2].action[0].namespace == "plan"
    error_message = "The approval links to the plan."
  }
}

run "approval_is_a_choice" {
  command = plan

  variables {
    environment      = "prod"
    require_approval = false
  }

  assert {
    condition     = !contains(aws_codepipeline.this.stage[*].name, "Approval")
    error_message = "require_approval = false leaves the approval out."
  }
}

run "source_is_one_branch" {
  command = plan

  variables {
    branch     = "uat"
    file_paths = ["steps/**", "terraform/**"]
  }

  assert {
    condition     = aws_codepipeline.this.trigger[0].git_configuration[0].push[0].branches[0].includes == tolist(["uat"])
    error_message = "The trigger is a push to the branch."
  }

  assert {
    condition     = aws_codepipeline.this.trigger[0].git_configuration[0].push[0].file_paths[0].includes == tolist(["steps/**", "terraform/**"])
    error_message = "The trigger heeds file_paths."
  }

  assert {
    condition     = aws_codepipeline.this.trigger[0].git_configuration[0].source_action_name == aws_codepipeline.this.stage[0].action[0].name
    error_message = "The trigger belongs to the source action."
  }

  assert {
    condition = (
      aws_codepipeline.this.stage[0].action[0].configuration["BranchName"] == "uat" &&
      aws_codepipeline.this.stage[0].action[0].configuration["DetectChanges"] == "false"
    )
    error_message = "The source is the same branch, and only the trigger starts the pipeline."
  }
}

run "apply_takes_what_was_built_and_planned" {
  command = plan

  assert {
    condition = (
      aws_codepipeline.this.stage[1].action[0].output_artifacts == tolist(["deployment"]) &&
      aws_codepipeline.this.stage[2].action[0].input_artifacts == tolist(["deployment"]) &&
      aws_codepipeline.this.stage[2].action[0].output_artifacts == tolist(["plan"]) &&
      aws_codepipeline.this.stage[3].action[0].input_artifacts == tolist(["deployment", "plan"])
    )
    error_message = "Plan and apply take the same artifact of the build, and apply the plan."
  }

  assert {
    condition     = !anytrue([for variable in aws_codebuild_project.this["apply"].environment[0].environment_variable : startswith(variable.name, "TF_VAR_")])
    error_message = "An apply takes its variables from the plan alone."
  }
}

run "smoke_test_has_a_key_of_its_own" {
  command = plan

  assert {
    condition     = strcontains(aws_codepipeline.this.stage[4].action[0].configuration["EnvironmentVariables"], "#{codepipeline.PipelineExecutionId}")
    error_message = "The dropped key differs for each execution, or the file would be skipped as a duplicate."
  }
}

run "arm_is_built_on_arm" {
  command = plan

  assert {
    condition = alltrue([for project in aws_codebuild_project.this :
    project.environment[0].type == "ARM_CONTAINER" && strcontains(project.environment[0].image, "aarch64")])
    error_message = "Functions for arm64 are built on arm64."
  }
}

run "x86_is_built_on_x86" {
  command = plan

  variables {
    architecture = "x86_64"
  }

  assert {
    condition = alltrue([for project in aws_codebuild_project.this :
    project.environment[0].type == "LINUX_CONTAINER" && strcontains(project.environment[0].image, "x86_64")])
    error_message = "Functions for x86_64 are built on x86_64."
  }
}

run "plan_takes_the_variables" {
  command = plan

  variables {
    terraform_variables = { enable_bedrock = "false" }
  }

  assert {
    condition = alltrue([for name in ["plan", "drift"] : {
      for variable in aws_codebuild_project.this[name].environment[0].environment_variable : variable.name => variable.value
      } == {
      STATE_BUCKET                    = "sluice-pipeline-dev-state-111122223333"
      STATE_KEY                       = "terraform/terraform.tfstate"
      STATE_KMS_KEY_ARN               = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab"
      TF_VAR_name                     = "sluice"
      TF_VAR_environment              = "dev"
      TF_VAR_region                   = "eu-central-1"
      TF_VAR_architecture             = "arm64"
      TF_VAR_sender_email             = "sluice@example.org"
      TF_VAR_recipient_emails         = "[\"data@example.org\"]"
      TF_VAR_permissions_boundary_arn = "arn:aws:iam::111122223333:policy/sluice-pipeline-dev-boundary"
      TF_VAR_enable_bedrock           = "false"
    }])
    error_message = "The plan and the drift check get the same variables."
  }
}

run "failures_are_heard_of" {
  command = plan

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.email : subscription.endpoint] == ["data@example.org"]
    error_message = "Without notification_emails the recipients are told."
  }

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.notification["pipeline-failed"].event_pattern).detail.state == ["FAILED"] &&
      contains(jsondecode(aws_cloudwatch_event_rule.notification["drift"].event_pattern).detail["build-status"], "FAILED")
    )
    error_message = "A failed pipeline and a drift check that found something are mailed."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.pipeline.policy).Statement : can(statement.Condition)
      if try(statement.Principal.Service, "") == "events.amazonaws.com"
    ]) == false
    error_message = "With a condition on the source EventBridge cannot publish to an encrypted topic, and says nothing."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_sns_topic_policy.pipeline.policy).Statement : can(statement.Condition)
      if try(statement.Principal.Service, "") == "events.amazonaws.com"
    ]) == false
    error_message = "EventBridge names no source when it publishes: with a condition the topic refuses it."
  }
}

run "stores_are_private_and_versioned" {
  command = plan

  assert {
    condition = alltrue([for name in ["artifacts", "state"] : (
      aws_s3_bucket_versioning.this[name].versioning_configuration[0].status == "Enabled" &&
      aws_s3_bucket_public_access_block.this[name].restrict_public_buckets &&
      one(one(aws_s3_bucket_server_side_encryption_configuration.this[name].rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" &&
      jsondecode(aws_s3_bucket_policy.this[name].policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    )])
    error_message = "Both buckets are versioned, private, encrypted with the key and closed to anything but TLS."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.state.rule[0].expiration) == 0
    error_message = "The state does not expire."
  }
}

run "a_pattern_is_no_branch" {
  command = plan

  variables {
    branch = "release/**"
  }

  expect_failures = [var.branch]
}

run "the_own_variables_are_not_given_twice" {
  command = plan

  variables {
    terraform_variables = { permissions_boundary_arn = "null" }
  }

  expect_failures = [var.terraform_variables]
}
