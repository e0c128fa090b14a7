locals {
  # The prefixes whose objects expire. `contracts/` is not among them: without its contract a dataset stops.
  expiring_prefixes = ["input/", "processed/", "rejected/", "reports/"]
}

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  #checkov:skip=CKV_AWS_300:The rule "leftovers" does it; checkov does not see it beside a dynamic block.
  bucket = aws_s3_bucket.data.id

  dynamic "rule" {
    for_each = local.expiring_prefixes

    content {
      id     = trimsuffix(rule.value, "/")
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      transition {
        days          = var.tiering_days
        storage_class = "INTELLIGENT_TIERING"
      }

      expiration {
        days = var.retention_days
      }
    }
  }

  # The function that writes an output into staging/ also moves it out. What stays is left by a dead process.
  rule {
    id     = "staging"
    status = "Enabled"

    filter {
      prefix = "staging/"
    }

    expiration {
      days = 1
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  # A run reads the versions of file and contract that its claim has pinned. They must stay as long as it can be
  # redriven.
  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_versions_days
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = var.unfinished_uploads_days
    }
  }

  # Rules on noncurrent versions need versioning.
  depends_on = [aws_s3_bucket_versioning.data]
}
