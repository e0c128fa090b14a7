resource "aws_s3_bucket" "data" {
  #checkov:skip=CKV_AWS_18:Data events in CloudTrail say who read or wrote which object (enable_cloudtrail); access logs would say the same again.
  #checkov:skip=CKV_AWS_144:A second region is the owner's decision; the pipeline's outputs can be computed again from its inputs.
  bucket        = local.bucket
  force_destroy = var.force_destroy

  tags = {
    # `sluice drop` finds the state machine by this tag.
    "sluice:state-machine-arn" = local.state_machine_arn
  }
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket = aws_s3_bucket.data.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# A bucket has one notification configuration only, so nothing else may manage this one.
resource "aws_s3_bucket_notification" "data" {
  bucket      = aws_s3_bucket.data.id
  eventbridge = true
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.bucket_policy_statements })

  depends_on = [aws_s3_bucket_public_access_block.data]
}

locals {
  # A Deny with StringNotEquals also holds where the header is absent. Such an upload is allowed, since the
  # bucket's own encryption applies to it. Hence the Null beside it.
  bucket_policy_statements = concat([
    {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "ModernTlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
    ], [
    for denied in [
      { sid = "NoOtherEncryption", header = "s3:x-amz-server-side-encryption", unless = "aws:kms" },
      { sid = "NoOtherKey", header = "s3:x-amz-server-side-encryption-aws-kms-key-id", unless = aws_kms_key.data.arn },
      # The pipeline could not read what is encrypted with a key that only the client has.
      { sid = "NoKeyOfTheClient", header = "s3:x-amz-server-side-encryption-customer-algorithm", unless = "none" },
      ] : {
      Sid       = denied.sid
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${local.bucket_arn}/*"
      Condition = {
        Null            = { (denied.header) = "false" }
        StringNotEquals = { (denied.header) = denied.unless }
      }
    }
  ])
}
