locals {
  # Datasets by name. A file in contracts_dir adds one, or replaces the sample of the same name.
  contracts = merge(
    { smartphone-sales = "${path.module}/../samples/smartphone-sales/contract.json" },
    { for file in fileset(local.contracts_dir, "*.json") : trimsuffix(file, ".json") => "${local.contracts_dir}/${file}" },
  )
  contracts_dir = coalesce(var.contracts_dir, "${path.module}/contracts")
}

resource "aws_s3_object" "contract" {
  for_each = local.contracts

  bucket       = aws_s3_bucket.data.id
  key          = "contracts/${each.key}.json"
  source       = each.value
  content_type = "application/json"
  # Under KMS an ETag is no hash of the bytes.
  source_hash = filesha256(each.value)

  # An object takes ten tags at most. Contracts need none.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    precondition {
      condition     = can(jsondecode(file(each.value)).fields) && can(regex("^[a-z0-9][a-z0-9_-]*$", each.key))
      error_message = "The contract ${each.value} must be a Table Schema with fields, in a file named after its dataset: lower-case letters, digits, hyphens."
    }
  }

  depends_on = [
    aws_s3_bucket_versioning.data,
    aws_s3_bucket_server_side_encryption_configuration.data,
  ]
}
