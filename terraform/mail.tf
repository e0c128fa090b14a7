locals {
  mail_identities = toset(!var.enable_email ? [] : concat(
    var.create_sender_identity ? [var.sender_email] : [],
    var.verify_recipients ? var.recipient_emails : [],
  ))

  send_mail = !var.enable_email ? [] : [
    {
      Sid    = "Mail"
      Effect = "Allow"
      # The same call needs the one action for a raw message and the other for any other message.
      Action = ["ses:SendEmail", "ses:SendRawEmail"]
      # SES checks the identity that is verified: the address or its domain. In the sandbox it checks the
      # recipients' identities too. So any identity is allowed, and the conditions say who may write to whom.
      Resource = [
        "arn:${local.partition}:ses:${local.region}:${local.account_id}:identity/*",
        "arn:${local.partition}:ses:${local.region}:${local.account_id}:configuration-set/${local.pipeline}",
      ]
      Condition = {
        StringEquals                = { "ses:FromAddress" = var.sender_email }
        "ForAllValues:StringEquals" = { "ses:Recipients" = var.recipient_emails }
      }
    }
  ]
}

# SES mails a link to each address. Nothing can be sent before its owner has followed the link.
resource "aws_sesv2_email_identity" "this" {
  for_each = local.mail_identities

  email_identity = each.value
}

resource "aws_sesv2_configuration_set" "reports" {
  for_each = toset(var.enable_email ? ["reports"] : [])

  configuration_set_name = local.pipeline

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

# What happens to a mail after SES has accepted it, as metrics, for the alarms.
resource "aws_sesv2_configuration_set_event_destination" "metrics" {
  for_each = aws_sesv2_configuration_set.reports

  configuration_set_name = each.value.configuration_set_name
  event_destination_name = "metrics"

  event_destination {
    enabled              = true
    matching_event_types = local.undelivered_mail

    cloud_watch_destination {
      # No mail has this tag, so all mails are counted under its default.
      dimension_configuration {
        dimension_name          = "Pipeline"
        dimension_value_source  = "MESSAGE_TAG"
        default_dimension_value = local.pipeline
      }
    }
  }
}

locals {
  undelivered_mail = ["BOUNCE", "COMPLAINT", "REJECT"]
}
