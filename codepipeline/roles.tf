# Six roles, each assumed by one service for the resources of this project alone. What each may do is in
# statements.tf and, for what terraform/ creates, in policies/resource_types.json.
locals {
  pipeline_arn = "arn:${local.partition}:codepipeline:${local.regional}:${local.prefix}"

  # Who may assume which role: the service, and for which of its resources.
  trust = {
    pipeline = { service = "codepipeline", arns = [local.pipeline_arn] }
    build    = { service = "codebuild", arns = [local.project_arns.build] }
    plan     = { service = "codebuild", arns = [local.project_arns.plan, local.project_arns.drift] }
    deploy   = { service = "codebuild", arns = [local.project_arns.apply] }
    smoke    = { service = "codebuild", arns = [local.project_arns.smoke] }
    schedule = { service = "events", arns = ["arn:${local.partition}:events:${local.regional}:rule/${local.prefix}-drift-schedule"] }
  }

  project_arns = { for name in ["build", "plan", "apply", "smoke", "drift"] : name => "arn:${local.partition}:codebuild:${local.regional}:project/${local.prefix}-${name}" }
}

resource "aws_iam_role" "this" {
  for_each    = local.trust
  name        = "${local.prefix}-${each.key}"
  description = "Role ${each.key} of the pipeline that deploys ${local.deployed}."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "${each.value.service}.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = each.value.arns }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.role_statements
  name     = "stage"
  role     = aws_iam_role.this[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

# The statements on the resources of terraform/ are long, and a managed policy holds 6,144 characters at most.
resource "aws_iam_policy" "resources" {
  for_each    = local.resource_policies
  name        = "${local.prefix}-${each.key}"
  description = "What the ${each.value.role} role may do with what terraform/ creates."
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_iam_role_policy_attachment" "resources" {
  for_each   = local.resource_policies
  role       = aws_iam_role.this[each.value.role].name
  policy_arn = aws_iam_policy.resources[each.key].arn
}

locals {
  resource_types = jsondecode(templatefile("${path.module}/policies/resource_types.json", {
    partition    = local.partition
    region       = local.region
    regional     = local.regional
    account_id   = local.account_id
    deployed     = local.deployed
    boundary_arn = local.boundary_arn
  }))

  # {email} in the table: the sender, and also the recipients if terraform/ is to verify them.
  verified_emails = distinct(concat([var.sender_email], lookup(var.terraform_variables, "verify_recipients", "false") == "true" ? var.recipient_emails : []))

  # Composed, since terraform/ needs the ARN as text: in a plan, the ARN of a policy that does not exist yet is unknown.
  boundary_arn = "arn:${local.partition}:iam::${local.account_id}:policy/${local.prefix}-boundary"

  # The types by service, so that each managed policy stays below its limit.
  policy_groups = {
    data     = ["aws_s3_", "aws_dynamodb_", "aws_kms_"]
    compute  = ["aws_lambda_", "aws_sfn_", "aws_sqs_", "aws_cloudwatch_event_"]
    operate  = ["aws_cloudtrail", "aws_cloudwatch_dashboard", "aws_cloudwatch_log_", "aws_cloudwatch_metric_", "aws_sesv2_", "aws_sns_"]
    identity = ["aws_iam_"]
  }

  resource_policies = merge([
    for role, accesses in { plan = ["read"], deploy = ["read", "write"] } : {
      for group, prefixes in local.policy_groups : "${role}-${group}" => {
        role = role
        statements = [
          for statement in flatten([
            for type, statements in local.resource_types : statements
            if anytrue([for prefix in prefixes : startswith(type, prefix)])
          ]) :
          merge(
            {
              Effect = "Allow"
              Action = statement.actions
              Resource = flatten([
                for resource in try(statement.resources, ["*"]) :
                strcontains(resource, "{email}") ? [for email in local.verified_emails : replace(resource, "{email}", email)] : [resource]
              ])
            },
            try({ Condition = statement.condition }, {}),
          ) if contains(accesses, statement.access)
        ]
      }
    }
  ]...)
}
