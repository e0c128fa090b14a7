variable "alarm_emails" {
  description = "Who hears of alarms; null for the recipients of the reports. Each address must confirm its subscription."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for email in coalesce(var.alarm_emails, []) : can(regex("^[^@\\s,;<>]+@[^@\\s,;<>]+\\.[^@\\s,;<>]+$", email))])
    error_message = "alarm_emails must be plain addresses, such as oncall@example.com."
  }
}

variable "reject_rate_alarm_percent" {
  description = "Above which share of rejected records a file raises an alarm, in percent. Above the contract's maxRejectRate it is refused anyway."
  type        = number
  default     = 30

  validation {
    condition     = var.reject_rate_alarm_percent >= 0 && var.reject_rate_alarm_percent <= 100
    error_message = "reject_rate_alarm_percent must be 0 to 100."
  }
}

variable "function_errors_tolerated" {
  description = "How many errors or throttles of a function within five minutes raise no alarm. States retry them; an execution that fails raises one in any case, and so does each error of send-report."
  type        = number
  default     = 2

  validation {
    condition     = var.function_errors_tolerated >= 0 && floor(var.function_errors_tolerated) == var.function_errors_tolerated
    error_message = "function_errors_tolerated must be a whole number."
  }
}

variable "silence_alarm_hours" {
  description = "After how many hours without a completed file there is an alarm, for pipelines that are fed regularly; null for none."
  type        = number
  default     = null

  validation {
    condition     = var.silence_alarm_hours == null || contains(range(1, 169), coalesce(var.silence_alarm_hours, 1))
    error_message = "silence_alarm_hours must be 1 to 168: CloudWatch looks back for a week."
  }
}

variable "enable_cloudtrail" {
  description = "Whether CloudTrail records who read or wrote which file and ledger record, in a bucket of its own. It costs by the event."
  type        = bool
  default     = false
}

variable "trail_retention_days" {
  description = "How long CloudTrail's records are kept, in days."
  type        = number
  default     = 365

  validation {
    condition     = var.trail_retention_days >= 1 && floor(var.trail_retention_days) == var.trail_retention_days
    error_message = "trail_retention_days must be a whole number of days."
  }
}
