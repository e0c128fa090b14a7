# Two buckets. One holds what a pipeline execution hands from stage to stage, and expires. The other must last: it
# holds the Terraform states and the deployment that was applied last.
locals {
  buckets = {
    artifacts = aws_s3_bucket.artifacts
    state     = aws_s3_bucket.state
  }
}

resource "aws_s3_bucket" "artifacts" {
  #checkov:skip=CKV_AWS_18:The pipeline's execution history says who read and wrote artifacts; they expire.
  #checkov:skip=CKV_AWS_144:Artifacts are rebuilt from the source.
  #checkov:skip=CKV2_AWS_62:Nothing has to react to artifacts; CodePipeline announces its own state.
  bucket        = "${local.prefix}-artifacts-${local.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:Versions keep every state; one role may write it, and one may read it.
  #checkov:skip=CKV_AWS_144:If the region is lost, so is everything that the state describes.
  #checkov:skip=CKV2_AWS_62:Nothing has to react to a state.
  bucket = "${local.prefix}-state-${local.account_id}"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.buckets
  bucket   = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets
  bucket   = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.pipeline.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.buckets
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets
  bucket   = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets
  bucket   = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [for object in ["", "/*"] : "arn:${local.partition}:s3:::${each.value.bucket}${object}"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket     = aws_s3_bucket.artifacts.id
  depends_on = [aws_s3_bucket_versioning.this]

  rule {
    id     = "expire"
    status = "Enabled"
    filter {}

    expiration {
      days = var.artifact_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# The current state never expires. Old versions are the way back after a mistake.
resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket     = aws_s3_bucket.state.id
  depends_on = [aws_s3_bucket_versioning.this]

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 365
      newer_noncurrent_versions = 20
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}
