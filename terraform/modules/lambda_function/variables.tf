variable "name" {
  description = "The function's name, and its role's and log group's."
  type        = string
}

variable "description" {
  description = "What the function is for."
  type        = string
}

variable "package" {
  description = "The path of the zip with `bootstrap` at its root."
  type        = string
}

variable "build_command" {
  description = "The command that makes the zip, for the message where it is missing."
  type        = string
}

variable "architecture" {
  description = "The processors: arm64 or x86_64."
  type        = string
}

variable "memory_size_mb" {
  description = "Memory in MB; processors come in proportion."
  type        = number

  validation {
    condition     = var.memory_size_mb >= 128 && var.memory_size_mb <= 10240
    error_message = "Lambda offers 128 to 10,240 MB of memory."
  }
}

variable "timeout_seconds" {
  description = "When Lambda ends an invocation, in seconds."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "Lambda runs a function for 1 to 900 seconds: look at TimeoutSeconds in the state machine."
  }
}

variable "reserved_concurrency" {
  description = "Executions at once that are reserved for the function, and its most; null for none."
  type        = number
  default     = null
}

variable "environment" {
  description = "Environment variables. No secrets."
  type        = map(string)
}

variable "log_level" {
  description = "The least level that is logged."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
}

variable "key_arn" {
  description = "The KMS key of the log group."
  type        = string
}

variable "policy_statements" {
  description = "The statements of the role's policy, in IAM's own words. The function's own log is added."
  # `any`, since statements differ in shape.
  type = any
}

variable "permissions_boundary_arn" {
  description = "The permissions boundary of the role; null for none."
  type        = string
  default     = null
}

variable "account_id" {
  description = "The account, in whose name alone Lambda may take the role."
  type        = string
}
