# Only the sender and the recipients have no default.

variable "sender_email" {
  description = "The address that reports are sent from. SES writes to it once, and its owner follows the link."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s,;<>]+@[^@\\s,;<>]+\\.[^@\\s,;<>]+$", var.sender_email))
    error_message = "sender_email must be a plain address, such as reports@example.com."
  }
}

variable "recipient_emails" {
  description = "Who gets the reports. While the account is in SES's sandbox, each address must be verified too (verify_recipients)."
  type        = list(string)

  validation {
    condition     = length(var.recipient_emails) > 0 && length(var.recipient_emails) <= 50
    error_message = "recipient_emails must name 1 to 50 addresses: SES takes no more for one mail."
  }

  validation {
    condition     = alltrue([for email in var.recipient_emails : can(regex("^[^@\\s,;<>]+@[^@\\s,;<>]+\\.[^@\\s,;<>]+$", email))])
    error_message = "recipient_emails must be plain addresses, such as team@example.com."
  }

  validation {
    condition     = length(distinct(var.recipient_emails)) == length(var.recipient_emails)
    error_message = "recipient_emails names an address twice."
  }
}

# Names and places

variable "name" {
  description = "The pipeline's name: the beginning of all names."
  type        = string
  default     = "sluice"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name)) && !endswith(var.name, "-")
    error_message = "name must be 2 to 21 lower-case letters, digits and hyphens, beginning with a letter, so that a bucket may be called after it."
  }
}

variable "environment" {
  description = "The environment: dev, uat or prod. Part of all names."
  type        = string
  default     = "dev"

  validation {
    condition     = contains(["dev", "uat", "prod"], var.environment)
    error_message = "environment must be dev, uat or prod."
  }
}

variable "region" {
  description = "The AWS region; null for the one of the caller's AWS settings."
  type        = string
  default     = null

  validation {
    condition     = var.region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's code, such as eu-central-1."
  }
}

variable "tags" {
  description = "Tags for everything that takes tags, beside the pipeline's own."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:") && !startswith(lower(key), "sluice:")])
    error_message = "Tags that begin with aws: or sluice: are taken."
  }
}

variable "permissions_boundary_arn" {
  description = "The permissions boundary of every role that is created; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy."
  }
}

# Files and contracts

variable "contracts_dir" {
  description = "The folder of contracts, one <dataset>.json for each dataset; null for contracts/ beside this file."
  type        = string
  default     = null
}

variable "default_dataset" {
  description = "The dataset of files that lie directly in input/."
  type        = string
  default     = "smartphone-sales"

  validation {
    condition     = contains(keys(local.contracts), var.default_dataset)
    error_message = "default_dataset has no contract: there is no ${var.default_dataset}.json in contracts_dir."
  }
}

variable "max_size_bytes" {
  description = "The largest file that is read, in bytes. Larger ones are refused. A gigabyte takes ValidateAndPartition tens of seconds of the 15 minutes that a function has; ClaimFile reads once, in 5 minutes, what was uploaded with another checksum than CRC64NVME."
  type        = number
  default     = 5368709120

  validation {
    condition     = var.max_size_bytes >= 1 && var.max_size_bytes <= 15 * 1024 * 1024 * 1024 && floor(var.max_size_bytes) == var.max_size_bytes
    error_message = "max_size_bytes must be a whole number from 1 byte to 15 GiB."
  }
}

# How long things are kept

variable "tiering_days" {
  description = "After how many days files move to Intelligent-Tiering."
  type        = number
  default     = 30

  validation {
    condition     = var.tiering_days >= 0 && floor(var.tiering_days) == var.tiering_days
    error_message = "tiering_days must be a whole number of days."
  }
}

variable "retention_days" {
  description = "After how many days files and outputs expire. Contracts never do."
  type        = number
  default     = 365

  validation {
    condition     = var.retention_days > var.tiering_days && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number of days above tiering_days."
  }
}

variable "old_versions_days" {
  description = "After how many days a replaced or deleted version is gone. Executions can be redriven for 14 days, and read the versions that their claim has pinned."
  type        = number
  default     = 30

  validation {
    condition     = var.old_versions_days >= 15 && floor(var.old_versions_days) == var.old_versions_days
    error_message = "old_versions_days must be at least 15: a redriven execution reads the versions that it has claimed."
  }
}

variable "unfinished_uploads_days" {
  description = "After how many days the parts of an upload that was never finished are gone."
  type        = number
  default     = 3

  validation {
    condition     = contains(range(1, 8), var.unfinished_uploads_days)
    error_message = "unfinished_uploads_days must be 1 to 7."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs offers, such as 30, 90 or 365."
  }
}

variable "event_archive_days" {
  description = "How long domain events are archived for replay, in days; 0 for no archive."
  type        = number
  default     = 0

  validation {
    condition     = var.event_archive_days >= 0 && floor(var.event_archive_days) == var.event_archive_days
    error_message = "event_archive_days must be a whole number of days, or 0."
  }
}

variable "key_deletion_days" {
  description = "How long the key can be called back after a destroy, in days. Without it nothing can be read again."
  type        = number
  default     = 30

  validation {
    condition     = contains(range(7, 31), var.key_deletion_days)
    error_message = "key_deletion_days must be 7 to 30."
  }
}

variable "force_destroy" {
  description = "Whether a destroy may delete a bucket with files in it. Off, it stops there."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables. To tear down, switch it off and apply first."
  type        = bool
  default     = false
}
