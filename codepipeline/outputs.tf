output "pipeline" {
  description = "Name of the pipeline."
  value       = aws_codepipeline.this.name
}

output "connection_arn" {
  description = "Connection to GitHub, pending until its handshake is completed in the console."
  value       = local.connection_arn
}

output "state_bucket" {
  description = "Bucket of the Terraform states."
  value       = aws_s3_bucket.state.bucket
}

output "artifacts_bucket" {
  description = "Bucket of the pipeline's artifacts."
  value       = aws_s3_bucket.artifacts.bucket
}

output "permissions_boundary_arn" {
  description = "Boundary of every role that terraform/ creates: its variable permissions_boundary_arn."
  value       = local.boundary_arn
}

output "topic_arn" {
  description = "Topic of failures, approvals and drift."
  value       = aws_sns_topic.pipeline.arn
}

output "backend" {
  description = "Text of backend.tf, which moves this project's own state into the bucket (see README.md)."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${aws_s3_bucket.state.bucket}"
        key          = "codepipeline/terraform.tfstate"
        region       = "${local.region}"
        encrypt      = true
        kms_key_id   = "${aws_kms_key.pipeline.arn}"
        use_lockfile = true
      }
    }
  EOT
}
