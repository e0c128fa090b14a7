locals {
  # Every model whose price is known. Without a price, the ceiling of a run's cost cannot be checked.
  priced_models = keys(jsondecode(file("${path.module}/../steps/analyze/prices.json")).models)

  # An id that begins with a geography is an inference profile: the call goes to the profile, and from
  # there to the model in any region of the geography. Both must be allowed.
  model_regions = { us = "us-*", eu = "eu-*", apac = "ap-*", us-gov = "us-gov-*" }
  model_profile = one([for geography in keys(local.model_regions) : geography if startswith(var.bedrock_model_id, "${geography}.")])
  model_name    = local.model_profile == null ? var.bedrock_model_id : trimprefix(var.bedrock_model_id, "${local.model_profile}.")

  profile_arn = "arn:${local.partition}:bedrock:${local.region}:${local.account_id}:inference-profile/${var.bedrock_model_id}"

  ask_the_model = !var.enable_bedrock ? [] : concat(
    [
      for profile in local.model_profile[*] : {
        Sid       = "AskTheProfile"
        Effect    = "Allow"
        Action    = "bedrock:InvokeModel"
        Resource  = local.profile_arn
        Condition = {}
      }
    ],
    [
      {
        Sid      = "AskTheModel"
        Effect   = "Allow"
        Action   = "bedrock:InvokeModel"
        Resource = "arn:${local.partition}:bedrock:${local.model_profile == null ? local.region : local.model_regions[local.model_profile]}::foundation-model/${local.model_name}"
        # A model in another region may be called through the profile only.
        Condition = local.model_profile == null ? {} : { StringEquals = { "bedrock:InferenceProfileArn" = local.profile_arn } }
      }
    ],
  )
}
