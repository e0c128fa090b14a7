variable "name" {
  description = "Name of the system, the same as in terraform/. It begins the name of every resource."
  type        = string
  default     = "sluice"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,15}$", var.name))
    error_message = "The name is 2 to 16 lower-case letters and digits and begins with a letter."
  }
}

variable "environment" {
  description = "Environment that this pipeline deploys. One pipeline, one state and one set of roles for each."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = contains(["dev", "uat", "prod"], var.environment)
    error_message = "The environment is dev, uat or prod."
  }
}

variable "repository" {
  description = "GitHub repository that is deployed, as owner/name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "The repository is written owner/name."
  }
}

variable "branch" {
  description = "Branch whose pushes start the pipeline."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "The branch is one name, not a pattern: what is deployed comes from one place."
  }
}

variable "file_paths" {
  description = "Patterns of the files whose change starts the pipeline. Empty: every push does."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.file_paths) <= 8
    error_message = "CodePipeline takes at most 8 patterns of file paths."
  }
}

variable "connection_arn" {
  description = "An existing CodeConnections connection to GitHub. Null: one is created, and a person completes its handshake in the console."
  type        = string
  default     = null
}

variable "sender_email" {
  description = "Address that reports are sent from. Handed to terraform/."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.sender_email))
    error_message = "The sender is an email address."
  }
}

variable "recipient_emails" {
  description = "Addresses that reports are sent to. Handed to terraform/."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.recipient_emails) > 0 && alltrue([for address in var.recipient_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "There is at least one recipient, and each is an email address."
  }
}

variable "notification_emails" {
  description = "Addresses that hear of failed pipelines, waiting approvals and drift. Null: the recipients."
  type        = list(string)
  default     = null
}

variable "terraform_variables" {
  description = "Further variables of terraform/, by name, each value as Terraform reads it from TF_VAR_<name>. What environments/<environment>.tfvars says of the same variable wins."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.terraform_variables), ["name", "environment", "region", "architecture", "sender_email", "recipient_emails", "permissions_boundary_arn"])) == 0
    error_message = "name, environment, region, architecture, sender_email, recipient_emails and permissions_boundary_arn are handed over already."
  }
}

variable "require_approval" {
  description = "Whether a person must approve the plan before it is applied. Null: in prod only."
  type        = bool
  default     = null
}

variable "architecture" {
  description = "Architecture of the functions, which are built natively on it. The same as in terraform/."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "build_image" {
  description = "CodeBuild image of every project. Null: Amazon's own image of Amazon Linux 2023 for the architecture, whose glibc is 2.34 like Lambda's."
  type        = string
  default     = null
}

variable "build_compute_type" {
  description = "Size of the machine that compiles. Polars wants about 8 GB: LARGE has 16 GB and 8 vCPU."
  type        = string
  default     = "BUILD_GENERAL1_LARGE"
  nullable    = false

  validation {
    condition     = contains(["BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE"], var.build_compute_type)
    error_message = "The build needs BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE or BUILD_GENERAL1_2XLARGE."
  }
}

variable "drift_schedule" {
  description = "When what runs is compared with what was applied, as an EventBridge schedule expression in UTC."
  type        = string
  default     = "cron(0 6 ? * MON-FRI *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.drift_schedule))
    error_message = "The schedule is cron(…) or rate(…)."
  }
}

variable "artifact_retention_days" {
  description = "Days after which artifacts of old pipeline executions are deleted. An approval waits 7 days at most."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.artifact_retention_days >= 8
    error_message = "Artifacts must outlast the 7 days that an approval may wait."
  }
}

variable "log_retention_days" {
  description = "Days for which the logs of the builds are kept, the plans among them."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "The retention is one that CloudWatch Logs knows: 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}
