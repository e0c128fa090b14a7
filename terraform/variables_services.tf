# The model

variable "enable_bedrock" {
  description = "Whether a model comments on the facts. Off, the deterministic analyst does, and no run counts as degraded for it."
  type        = bool
  default     = true
}

variable "bedrock_model_id" {
  description = "The model, or an inference profile of a geography, such as eu.amazon.nova-lite-v1:0. Its price must stand in steps/analyze/prices.json."
  type        = string
  default     = "amazon.nova-lite-v1:0"

  validation {
    condition     = contains(local.priced_models, var.bedrock_model_id)
    error_message = "bedrock_model_id has no price in steps/analyze/prices.json, without which no ceiling can be kept; there are: ${join(", ", local.priced_models)}."
  }
}

variable "bedrock_max_output_tokens" {
  description = "The most that the model may write for one run, in tokens."
  type        = number
  default     = 4000

  validation {
    condition     = var.bedrock_max_output_tokens >= 500 && var.bedrock_max_output_tokens <= 5000 && floor(var.bedrock_max_output_tokens) == var.bedrock_max_output_tokens
    error_message = "bedrock_max_output_tokens must be a whole number from 500 to 5,000."
  }
}

variable "bedrock_cost_ceiling_usd" {
  description = "What the model may cost for one call of Analyze, in US dollars, checked before each question. A call that fails and is retried may cost as much again."
  type        = number
  default     = 0.05

  validation {
    condition     = var.bedrock_cost_ceiling_usd > 0 && var.bedrock_cost_ceiling_usd <= 10
    error_message = "bedrock_cost_ceiling_usd must be above 0 and at most 10: to spend nothing, switch enable_bedrock off."
  }
}

# Mail

variable "enable_email" {
  description = "Whether reports are mailed. Off, they are in the bucket, and runs are complete without."
  type        = bool
  default     = true
}

variable "sender_name" {
  description = "The name that mail clients show for the sender."
  type        = string
  default     = "Sluice"

  validation {
    condition     = can(regex("^[^\\r\\n\"<>@,;]{1,64}$", var.sender_name))
    error_message = "sender_name must be 1 to 64 characters without quotes, angle brackets, @, comma or semicolon."
  }
}

variable "create_sender_identity" {
  description = "Whether to create SES's identity for the sender's address. Off where another environment of the same account and region has it, or where its domain is verified."
  type        = bool
  default     = true
}

variable "verify_recipients" {
  description = "Whether to create SES identities for the recipients too, which the sandbox asks for. Each gets a mail with a link."
  type        = bool
  default     = false
}

variable "attach_rejected" {
  description = "Whether a small rejected file is attached to the report. Rows then leave the encrypted bucket by mail."
  type        = bool
  default     = false
}
