locals {
  require_approval = coalesce(var.require_approval, var.environment == "prod")
  connection_arn   = var.connection_arn != null ? var.connection_arn : one(aws_codeconnections_connection.github[*].arn)
}

# A new connection is pending until a person completes its handshake with GitHub in the console.
resource "aws_codeconnections_connection" "github" {
  count         = var.connection_arn == null ? 1 : 0
  name          = local.prefix
  provider_type = "GitHub"
}

resource "aws_codepipeline" "this" {
  name           = local.prefix
  role_arn       = aws_iam_role.this["pipeline"].arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED"

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket

    encryption_key {
      type = "KMS"
      id   = aws_kms_key.pipeline.arn
    }
  }

  trigger {
    provider_type = "CodeStarSourceConnection"

    git_configuration {
      source_action_name = "GitHub"

      push {
        branches {
          includes = [var.branch]
        }

        dynamic "file_paths" {
          for_each = length(var.file_paths) > 0 ? [var.file_paths] : []

          content {
            includes = file_paths.value
          }
        }
      }
    }
  }

  stage {
    name = "Source"

    action {
      name             = "GitHub"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]

      configuration = {
        ConnectionArn        = local.connection_arn
        FullRepositoryId     = var.repository
        BranchName           = var.branch
        OutputArtifactFormat = "CODE_ZIP"
        # Off, since the trigger above starts the pipeline. With both, it would start twice.
        DetectChanges = "false"
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["source"]
      output_artifacts = ["deployment"]

      configuration = {
        ProjectName = aws_codebuild_project.this["build"].name
      }
    }
  }

  stage {
    name = "Plan"

    action {
      name             = "Plan"
      namespace        = "plan"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["deployment"]
      output_artifacts = ["plan"]

      configuration = {
        ProjectName = aws_codebuild_project.this["plan"].name
      }
    }
  }

  dynamic "stage" {
    for_each = local.require_approval ? ["Approval"] : []

    content {
      name = stage.value

      action {
        name     = "Approve"
        category = "Approval"
        owner    = "AWS"
        provider = "Manual"
        version  = "1"

        configuration = {
          NotificationArn    = aws_sns_topic.pipeline.arn
          CustomData         = "#{plan.PLAN_SUMMARY}"
          ExternalEntityLink = "#{plan.PLAN_URL}"
        }
      }
    }
  }

  stage {
    name = "Apply"

    action {
      name            = "Apply"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["deployment", "plan"]

      configuration = {
        ProjectName   = aws_codebuild_project.this["apply"].name
        PrimarySource = "deployment"
      }
    }
  }

  stage {
    name = "Smoke"

    action {
      name            = "Smoke"
      category        = "Test"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["deployment"]

      configuration = {
        ProjectName = aws_codebuild_project.this["smoke"].name
        EnvironmentVariables = jsonencode([
          { name = "PIPELINE_EXECUTION_ID", type = "PLAINTEXT", value = "#{codepipeline.PipelineExecutionId}" },
        ])
      }
    }
  }
}
