# What each role may do. The policies are read as AWS will read them.
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

run "roles_are_created_with_the_boundary_only" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.resources["deploy-identity"].policy).Statement :
      try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::111122223333:policy/sluice-pipeline-dev-boundary"
      if length(setintersection(statement.Action, ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"])) > 0
    ])
    error_message = "A role is created, and its policy changed, under the boundary or not at all."
  }

  assert {
    condition = !anytrue(flatten([
      for name in ["deploy-data", "deploy-compute", "deploy-operate", "deploy-identity"] : [
        for statement in jsondecode(aws_iam_policy.resources[name].policy).Statement : [
          for action in statement.Action : contains(["iam:DeleteRolePermissionsBoundary", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:CreateUser", "iam:CreateAccessKey", "sts:AssumeRole"], action) || strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "The deploy role has no action that leads around the boundary, and no wildcard in an action."
  }

  assert {
    condition = toset([for statement in jsondecode(aws_iam_role_policy.this["deploy"].policy).Statement : statement.Sid if statement.Effect == "Deny"]) == toset([
      "NeverTheBoundary", "NeverItsOwnRoles", "NeverWithoutTheBoundary", "NeverForeignKeys",
    ])
    error_message = "The deploy role is denied its own roles, the boundary, and keys that are not its pipeline's."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.resources["deploy-identity"].policy).Statement :
      alltrue([for resource in flatten([statement.Resource]) : can(regex("^arn:aws:iam::111122223333:(role|policy)/sluice-dev-\\*$", resource))])
    ])
    error_message = "The deploy role touches roles and policies of sluice-dev only: not sluice-pipeline-dev, not sluice-prod."
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_policy.resources["deploy-identity"].policy).Statement :
      contains(statement.Action, "iam:PassRole") && toset(try(statement.Condition.StringEquals["iam:PassedToService"], [])) == toset(["events.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"])
    ])
    error_message = "Roles are passed to Lambda, Step Functions and EventBridge only."
  }
}

run "identities_are_the_senders_and_on_request_the_recipients" {
  command = plan

  variables {
    recipient_emails    = ["data@example.org", "team@example.org"]
    terraform_variables = { verify_recipients = "true" }
  }

  assert {
    condition = toset([
      for resource in one([
        for statement in jsondecode(aws_iam_policy.resources["deploy-operate"].policy).Statement : statement.Resource if contains(statement.Action, "ses:CreateEmailIdentity")
      ]) : split(":identity/", resource)[1] if strcontains(resource, ":identity/")
    ]) == toset(["sluice@example.org", "data@example.org", "team@example.org"])
    error_message = "What terraform/ verifies, the deploy role may create, and no other identity."
  }
}

run "every_wildcard_has_a_reason" {
  command = plan

  assert {
    condition = alltrue([
      for type, statements in local.resource_types : alltrue([
        for statement in statements : can(statement.resources) != can(statement.anywhere)
      ])
    ])
    error_message = "A statement of policies/resource_types.json names its resources, or says why there are none to name."
  }

  assert {
    condition = alltrue(flatten([
      for role, policy in aws_iam_role_policy.this : [
        for statement in jsondecode(policy.policy).Statement : statement.Effect == "Deny" || !contains(flatten([statement.Resource]), "*")
      ]
    ]))
    error_message = "No role of the pipeline is allowed anything on all resources."
  }
}

run "the_pipeline_stores_its_source" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this["pipeline"].policy).Statement : statement.Resource if contains(flatten([statement.Action]), "s3:PutObjectAcl")
    ]) == "arn:aws:s3:::sluice-pipeline-dev-artifacts-111122223333/*"
    error_message = "Without s3:PutObjectAcl on the artifacts the source of a connection is refused."
  }
}

run "build_deploys_nothing" {
  command = plan

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this["build"].policy).Statement : statement.Action])) == toset([
      "logs:CreateLogStream", "logs:PutLogEvents",
      "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject",
      "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket",
      "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*",
    ])
    error_message = "The build role has its log and the artifacts, and nothing else."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this["build"].policy, "-state-")
    error_message = "The build role does not see the state."
  }

  assert {
    condition     = toset([for attachment in aws_iam_role_policy_attachment.resources : attachment.role]) == toset(["sluice-pipeline-dev-plan", "sluice-pipeline-dev-deploy"])
    error_message = "Only plan and deploy have to do with what terraform/ creates."
  }
}

run "plan_reads" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for name in ["plan-data", "plan-compute", "plan-operate", "plan-identity"] : [
        for statement in jsondecode(aws_iam_policy.resources[name].policy).Statement : [
          for action in statement.Action : can(regex(":(Get|List|Describe|Decrypt$|ValidateStateMachineDefinition$)", action))
        ]
      ]
    ]))
    error_message = "The plan role reads."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this["plan"].policy).Statement :
      alltrue([for resource in flatten([statement.Resource]) : endswith(resource, ".tflock") || strcontains(resource, "-artifacts-")])
      if length(setintersection(flatten([statement.Action]), ["s3:PutObject", "s3:DeleteObject"])) > 0
    ])
    error_message = "Of the state the plan role writes the lock only."
  }
}

run "smoke_drops_and_looks" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this["smoke"].policy).Statement :
      statement.Resource == "arn:aws:s3:::sluice-dev-111122223333/input/smartphone-sales/smoke/*"
      if contains(flatten([statement.Action]), "s3:PutObject")
    ])
    error_message = "The smoke role puts into its own folder of input/ only."
  }
}

run "roles_are_assumed_for_their_own_resources" {
  command = plan

  assert {
    condition = alltrue([
      for role in aws_iam_role.this : alltrue([
        for statement in jsondecode(role.assume_role_policy).Statement : (
          statement.Condition.StringEquals["aws:SourceAccount"] == "111122223333" &&
          alltrue([for arn in statement.Condition.ArnLike["aws:SourceArn"] : can(regex(":111122223333:.*sluice-pipeline-dev", arn)) && !strcontains(arn, "*")])
        )
      ])
    ])
    error_message = "Each role is assumed by its service for named resources of this account."
  }
}

run "boundary_keeps_functions_in_their_place" {
  command = plan

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : alltrue([
        for resource in flatten([statement.Resource]) : !strcontains(resource, "/input") && !strcontains(resource, "/contracts") && !endswith(resource, "111122223333/*")
      ]) if contains(flatten([statement.Action]), "s3:PutObject")
    ])
    error_message = "No function writes input/ or contracts/."
  }

  assert {
    condition = !anytrue(flatten([
      for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : [
        for action in flatten([statement.Action]) : can(regex("^(iam|sts|organizations|codebuild|codepipeline|cloudformation):", action)) || strcontains(action, "*")
      ]
    ]))
    error_message = "The boundary holds no action on identities or deployments, and no wildcard."
  }

  assert {
    condition     = alltrue([for policy in concat([aws_iam_policy.boundary], values(aws_iam_policy.resources)) : length(policy.policy) <= 6144])
    error_message = "A managed policy holds 6,144 characters."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.this : length(policy.policy) <= 10240])
    error_message = "The inline policies of a role hold 10,240 characters."
  }
}
