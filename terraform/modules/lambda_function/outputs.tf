output "arn" {
  description = "The function's ARN, for calls of whatever is deployed."
  value       = aws_lambda_function.this.arn
}

output "qualified_arn" {
  description = "The ARN of the version that this apply has published."
  value       = aws_lambda_function.this.qualified_arn
}

output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "role_arn" {
  description = "The role's ARN."
  value       = aws_iam_role.this.arn
}

output "log_group" {
  description = "The log group's name."
  value       = aws_cloudwatch_log_group.this.name
}

output "log_group_arn" {
  description = "The log group's ARN."
  value       = aws_cloudwatch_log_group.this.arn
}
