locals {
  trail        = var.enable_cloudtrail ? { trail = "${local.pipeline}-data-events" } : {}
  trail_arn    = "arn:${local.partition}:cloudtrail:${local.region}:${local.account_id}:trail/${local.pipeline}-data-events"
  trail_bucket = "${local.pipeline}-trail-${local.account_id}"
}

# Who read or wrote which file, contract and ledger record.
resource "aws_cloudtrail" "data_events" {
  #checkov:skip=CKV_AWS_67:The pipeline lives in one region, and so does its data.
  #checkov:skip=CKV_AWS_252:A message for each delivery of records is not needed.
  #checkov:skip=CKV2_AWS_10:The records are kept for later questions; alarms use metrics.
  for_each = local.trail

  name                       = each.value
  s3_bucket_name             = aws_s3_bucket.trail[each.key].id
  kms_key_id                 = aws_kms_key.data.arn
  enable_log_file_validation = true

  advanced_event_selector {
    name = "Files"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field       = "resources.ARN"
      starts_with = ["${local.bucket_arn}/"]
    }
  }

  advanced_event_selector {
    name = "Tables"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::DynamoDB::Table"]
    }

    field_selector {
      field  = "resources.ARN"
      equals = [for table in aws_dynamodb_table.this : table.arn]
    }
  }

  depends_on = [aws_s3_bucket_policy.trail]
}

resource "aws_s3_bucket" "trail" {
  #checkov:skip=CKV_AWS_18:A bucket of logs that logs itself would never end.
  #checkov:skip=CKV_AWS_144:As for the data: a second region is the owner's decision.
  #checkov:skip=CKV2_AWS_62:Nothing has to react when CloudTrail writes.
  for_each = local.trail

  bucket        = local.trail_bucket
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_versioning" "trail" {
  for_each = aws_s3_bucket.trail

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "trail" {
  for_each = aws_s3_bucket.trail

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "trail" {
  for_each = aws_s3_bucket.trail

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  for_each = aws_s3_bucket.trail

  bucket = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "trail" {
  for_each = aws_s3_bucket.trail

  bucket = each.value.id

  rule {
    id     = "records"
    status = "Enabled"

    filter {}

    expiration {
      days = var.trail_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.trail]
}

resource "aws_s3_bucket_policy" "trail" {
  for_each = aws_s3_bucket.trail

  bucket = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "MayLook"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = each.value.arn
        Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
      },
      {
        Sid       = "MayWrite"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${each.value.arn}/AWSLogs/${local.account_id}/*"
        Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [each.value.arn, "${each.value.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.trail]
}
