variable "architecture" {
  description = "The functions' processors: arm64 or x86_64. The zips must be built for it."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "functions_dir" {
  description = "The folder with the functions' zips; null for where steps/package puts them."
  type        = string
  default     = null
}

variable "function_settings" {
  description = "Memory (MB) and reserved concurrency of single functions, by the step's name. Where a function is named, what is left out is the default."
  type = map(object({
    memory_size_mb       = optional(number)
    reserved_concurrency = optional(number)
  }))
  default = {}

  validation {
    condition     = alltrue([for step in keys(var.function_settings) : contains(keys(local.functions), step)])
    error_message = "function_settings has a step that does not exist; there are: ${join(", ", keys(local.functions))}."
  }

  validation {
    condition = alltrue([
      for setting in values(var.function_settings) :
      setting.reserved_concurrency == null || try(setting.reserved_concurrency >= 1, false)
    ])
    error_message = "reserved_concurrency must be at least 1: 0 would shut the function down."
  }
}

variable "log_level" {
  description = "The least level that the functions log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level)
    error_message = "log_level must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL."
  }
}

variable "execution_log_level" {
  description = "What the state machine logs of its executions: ALL, ERROR, FATAL or OFF. Never inputs or outputs."
  type        = string
  default     = "ALL"

  validation {
    condition     = contains(["ALL", "ERROR", "FATAL", "OFF"], var.execution_log_level)
    error_message = "execution_log_level must be ALL, ERROR, FATAL or OFF."
  }
}
