# The CodeBuild projects, one for each stage that runs commands, and one that looks for drift.
#
# Their build specifications are fixed here, when this project is applied by hand. A push can change what is
# built and planned. It cannot change the first commands of a stage that has rights.
locals {
  image = coalesce(var.build_image, {
    arm64  = "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    x86_64 = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
  }[var.architecture])

  container = { arm64 = "ARM_CONTAINER", x86_64 = "LINUX_CONTAINER" }[var.architecture]

  state_environment = {
    STATE_BUCKET      = aws_s3_bucket.state.bucket
    STATE_KEY         = "terraform/terraform.tfstate"
    STATE_KMS_KEY_ARN = aws_kms_key.pipeline.arn
  }

  # Only the plan is given variables. An apply takes them from the plan.
  plan_environment = merge(local.state_environment, {
    TF_VAR_name                     = var.name
    TF_VAR_environment              = var.environment
    TF_VAR_architecture             = var.architecture
    TF_VAR_region                   = local.region
    TF_VAR_sender_email             = var.sender_email
    TF_VAR_recipient_emails         = jsonencode(var.recipient_emails)
    TF_VAR_permissions_boundary_arn = local.boundary_arn
    }, {
    for name, value in var.terraform_variables : "TF_VAR_${name}" => value
  })

  projects = {
    build = {
      description     = "Checks the source, builds the functions natively and packs the deployment."
      role            = "build"
      compute_type    = var.build_compute_type
      timeout_minutes = 60
      cached          = true
      environment     = { ARCHITECTURE = var.architecture }
    }
    plan = {
      description     = "Plans terraform/ and shows the plan."
      role            = "plan"
      compute_type    = "BUILD_GENERAL1_SMALL"
      timeout_minutes = 20
      cached          = false
      environment     = local.plan_environment
    }
    apply = {
      description     = "Applies the plan that was shown, with the functions that were built."
      role            = "deploy"
      compute_type    = "BUILD_GENERAL1_SMALL"
      timeout_minutes = 60
      cached          = false
      environment     = local.state_environment
    }
    smoke = {
      description     = "Drops a sample and waits for its run to complete."
      role            = "smoke"
      compute_type    = "BUILD_GENERAL1_SMALL"
      timeout_minutes = 20
      cached          = false
      environment = {
        DATA_BUCKET       = "${local.deployed}-${local.account_id}"
        STATE_MACHINE_ARN = local.state_machine_arn
      }
    }
    drift = {
      description     = "Compares what runs with what was applied."
      role            = "plan"
      compute_type    = "BUILD_GENERAL1_SMALL"
      timeout_minutes = 20
      cached          = false
      environment     = local.plan_environment
    }
  }
}

resource "aws_codebuild_project" "this" {
  for_each       = local.projects
  name           = "${local.prefix}-${each.key}"
  description    = each.value.description
  service_role   = aws_iam_role.this[each.value.role].arn
  encryption_key = aws_kms_key.pipeline.arn
  build_timeout  = each.value.timeout_minutes

  artifacts {
    type = each.key == "drift" ? "NO_ARTIFACTS" : "CODEPIPELINE"
  }

  source {
    type      = each.key == "drift" ? "NO_SOURCE" : "CODEPIPELINE"
    buildspec = file("${path.module}/buildspecs/${each.key}.yml")
  }

  # Only the registry of crates is cached. The target folder is not: what is deployed is built from scratch.
  cache {
    type     = each.value.cached ? "S3" : "NO_CACHE"
    location = each.value.cached ? "${aws_s3_bucket.artifacts.bucket}/cache" : null
  }

  environment {
    type         = local.container
    image        = local.image
    compute_type = each.value.compute_type

    dynamic "environment_variable" {
      for_each = each.value.environment

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this[each.key].name
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = local.projects
  name              = "/aws/codebuild/${local.prefix}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.pipeline.arn
}
