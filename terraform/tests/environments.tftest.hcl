# Run once with each of environments/: terraform test -filter=tests/environments.tftest.hcl -var-file=…

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sender_email     = "reports@example.com"
  recipient_emails = ["team@example.com"]
  functions_dir    = "tests/fixtures/functions"
}

run "plans" {
  command = plan

  assert {
    condition     = var.environment != "prod" || !aws_s3_bucket.data.force_destroy && alltrue([for table in aws_dynamodb_table.this : table.deletion_protection_enabled])
    error_message = "In prod a destroy must not take files or claims with it."
  }
}
