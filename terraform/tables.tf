locals {
  tables = {
    ledger   = { key = "pk", ttl = "expires_at", range_index = null }
    send-log = { key = "pk", ttl = "expires_at", range_index = null }
    analyses = {
      key = "analysis_id"
      ttl = "ttl"
      range_index = {
        name  = "by-correlation-id"
        hash  = "correlation_id"
        range = "analysis_timestamp"
      }
    }
  }
}

resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name                        = "${local.pipeline}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.key
  deletion_protection_enabled = var.deletion_protection

  dynamic "attribute" {
    for_each = compact([each.value.key, try(each.value.range_index.hash, ""), try(each.value.range_index.range, "")])

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.range_index[*]

    content {
      name            = global_secondary_index.value.name
      hash_key        = global_secondary_index.value.hash
      range_key       = global_secondary_index.value.range
      projection_type = "ALL"
    }
  }

  # For cleaning only: nothing depends on when DynamoDB removes an item.
  ttl {
    attribute_name = each.value.ttl
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
}
