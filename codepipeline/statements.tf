# What each role may do, apart from what terraform/ creates.
locals {
  role_statements = {
    pipeline = [
      local.use_artifacts,
      local.use_artifacts_bucket,
      local.use_pipeline_key,
      {
        # A connection writes the source with an ACL for the bucket's owner. The bucket accepts that, and S3 requires
        # this permission for it. https://repost.aws/knowledge-center/codepipeline-access-denied-errors
        Sid      = "SourceArtifact"
        Effect   = "Allow"
        Action   = ["s3:PutObjectAcl", "s3:PutObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
        Resource = "${local.artifacts_bucket_arn}/*"
      },
      {
        Sid      = "Projects"
        Effect   = "Allow"
        Action   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
        Resource = [for name in ["build", "plan", "apply", "smoke"] : local.project_arns[name]]
      },
      {
        # The service was renamed, and IAM may check either name.
        Sid      = "Source"
        Effect   = "Allow"
        Action   = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
        Resource = [local.connection_arn, replace(local.connection_arn, ":codeconnections:", ":codestar-connections:")]
      },
      {
        Sid      = "Approvals"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.pipeline.arn
      },
    ]

    # Its own log and artifacts, but no state and nothing else of AWS: here the build scripts of foreign crates run.
    build = [local.write_log["build"], local.use_artifacts, local.use_artifacts_bucket, local.use_pipeline_key]

    plan = [
      local.write_log["plan"],
      local.use_artifacts,
      local.use_artifacts_bucket,
      local.use_pipeline_key,
      local.find_state,
      {
        Sid      = "ReadStateAndWhatWasApplied"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = ["${local.state_bucket_arn}/terraform/*", "${local.state_bucket_arn}/applied/*"]
      },
      local.lock_state,
    ]

    deploy = [
      local.write_log["apply"],
      local.read_artifacts,
      local.use_artifacts_bucket,
      local.use_pipeline_key,
      local.find_state,
      {
        Sid      = "State"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${local.state_bucket_arn}/terraform/*"
      },
      local.lock_state,
      {
        Sid      = "KeepWhatWasApplied"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.state_bucket_arn}/applied/*"
      },
      {
        Sid      = "NeverTheBoundary"
        Effect   = "Deny"
        Action   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
        Resource = "arn:${local.partition}:iam::${local.account_id}:policy/${local.prefix}-*"
      },
      {
        Sid      = "NeverItsOwnRoles"
        Effect   = "Deny"
        Action   = "iam:*"
        Resource = "arn:${local.partition}:iam::${local.account_id}:role/${local.prefix}-*"
      },
      {
        Sid      = "NeverWithoutTheBoundary"
        Effect   = "Deny"
        Action   = "iam:DeleteRolePermissionsBoundary"
        Resource = "*"
      },
      {
        # This pipeline may manage a key that has its tag. So a key that exists already must have the tag before.
        Sid       = "NeverForeignKeys"
        Effect    = "Deny"
        Action    = "kms:TagResource"
        Resource  = local.key_arns
        Condition = { StringNotEquals = { "aws:ResourceTag/sluice:pipeline" = local.deployed } }
      },
    ]

    smoke = [
      local.write_log["smoke"],
      local.read_artifacts,
      local.use_artifacts_bucket,
      local.use_pipeline_key,
      {
        Sid      = "Drop"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.data_bucket_arn}/input/smartphone-sales/smoke/*"
      },
      {
        Sid      = "ReadReports"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.data_bucket_arn}/reports/*"
      },
      {
        Sid       = "KeyThroughTheBucket"
        Effect    = "Allow"
        Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource  = local.key_arns
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
      {
        Sid      = "FollowTheExecution"
        Effect   = "Allow"
        Action   = ["states:ListExecutions", "states:DescribeExecution"]
        Resource = [local.state_machine_arn, local.execution_arns]
      },
    ]

    schedule = [
      {
        Sid      = "DriftCheck"
        Effect   = "Allow"
        Action   = "codebuild:StartBuild"
        Resource = local.project_arns.drift
      },
    ]
  }

  state_bucket_arn     = "arn:${local.partition}:s3:::${aws_s3_bucket.state.bucket}"
  artifacts_bucket_arn = "arn:${local.partition}:s3:::${aws_s3_bucket.artifacts.bucket}"

  write_log = {
    for name, projects in { build = ["build"], plan = ["plan", "drift"], apply = ["apply"], smoke = ["smoke"] } : name => {
      Sid                         = "Log"
      Effect                      = "Allow"
      Action                      = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource                    = [for project in projects : "arn:${local.partition}:logs:${local.regional}:log-group:/aws/codebuild/${local.prefix}-${project}:*"]
    }
  }

  read_artifacts = {
    Sid      = "Artifacts"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:GetObjectVersion"]
    Resource = "${local.artifacts_bucket_arn}/*"
  }

  use_artifacts = {
    Sid      = "Artifacts"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    Resource = "${local.artifacts_bucket_arn}/*"
  }

  use_artifacts_bucket = {
    Sid      = "ArtifactsBucket"
    Effect   = "Allow"
    Action   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"]
    Resource = local.artifacts_bucket_arn
  }

  use_pipeline_key = {
    Sid      = "Key"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    Resource = aws_kms_key.pipeline.arn
  }

  find_state = {
    Sid       = "FindState"
    Effect    = "Allow"
    Action    = "s3:ListBucket"
    Resource  = local.state_bucket_arn
    Condition = { StringLike = { "s3:prefix" = ["terraform/*", "applied/*"] } }
  }

  lock_state = {
    Sid      = "LockState"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    Resource = "${local.state_bucket_arn}/terraform/terraform.tfstate.tflock"
  }
}
