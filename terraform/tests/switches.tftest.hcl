# What is switched off leaves nothing behind: no resource, no permission, no variable of a function.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sender_email     = "reports@example.com"
  recipient_emails = ["team@example.com", "boss@example.com"]
  functions_dir    = "tests/fixtures/functions"
}

run "everything_on" {
  assert {
    condition     = local.analyze_environment.SLUICE_MODEL_ID == "amazon.nova-lite-v1:0" && local.send_report_environment.SLUICE_MAIL_FROM == "reports@example.com" && local.send_report_environment.SLUICE_MAIL_TO == "team@example.com,boss@example.com"
    error_message = "The functions are not told of the model or of the mail."
  }

  assert {
    condition     = [for statement in local.ask_the_model : statement.Resource] == ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]
    error_message = "analyze may ask another model than the one that is configured."
  }

  assert {
    condition     = local.send_mail[0].Condition.StringEquals["ses:FromAddress"] == "reports@example.com" && local.send_mail[0].Condition["ForAllValues:StringEquals"]["ses:Recipients"] == var.recipient_emails
    error_message = "send-report may send as somebody else, or to others."
  }

  assert {
    condition     = keys(aws_sesv2_email_identity.this) == ["reports@example.com"] && aws_sesv2_configuration_set.reports["reports"].delivery_options[0].tls_policy == "REQUIRE"
    error_message = "The sender's identity or the configuration set is not what it should be."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.alarms) == ["boss@example.com", "team@example.com"]
    error_message = "Alarms should go to the recipients of the reports."
  }

  assert {
    condition     = length(aws_cloudtrail.data_events) == 0 && length(aws_cloudwatch_event_archive.domain) == 0
    error_message = "What costs by the event should be asked for."
  }
}

run "no_model" {
  variables {
    enable_bedrock = false
  }

  assert {
    condition     = !contains(keys(local.analyze_environment), "SLUICE_MODEL_ID")
    error_message = "analyze is told of a model that is switched off."
  }

  assert {
    condition     = !strcontains(jsonencode(local.function_statements), "bedrock")
    error_message = "A step may ask a model that is switched off."
  }
}

run "no_mail" {
  variables {
    enable_email = false
  }

  assert {
    condition     = !contains(keys(local.send_report_environment), "SLUICE_MAIL_FROM") && !contains(keys(local.send_report_environment), "SLUICE_SES_CONFIGURATION_SET")
    error_message = "send-report is told of a sender while mail is switched off."
  }

  assert {
    condition     = length(aws_sesv2_email_identity.this) + length(aws_sesv2_configuration_set.reports) + length(aws_sesv2_configuration_set_event_destination.metrics) == 0
    error_message = "SES is set up while mail is switched off."
  }

  assert {
    condition     = !strcontains(jsonencode(local.function_statements), "ses:") && length([for name in keys(local.alarms) : name if startswith(name, "mail-")]) == 0
    error_message = "Mail is allowed or watched while it is switched off."
  }
}

run "a_profile_of_a_geography" {
  variables {
    bedrock_model_id = "us.amazon.nova-2-lite-v1:0"
  }

  assert {
    condition = [for statement in local.ask_the_model : statement.Resource] == [
      "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-2-lite-v1:0",
      "arn:aws:bedrock:us-*::foundation-model/amazon.nova-2-lite-v1:0",
    ]
    error_message = "A profile needs itself and the model in each region that it routes to."
  }

  assert {
    condition     = local.ask_the_model[1].Condition.StringEquals["bedrock:InferenceProfileArn"] == local.ask_the_model[0].Resource
    error_message = "The model in other regions should be reached through the profile only."
  }
}

run "a_verified_domain_and_a_sandbox" {
  variables {
    create_sender_identity = false
    verify_recipients      = true
  }

  assert {
    condition     = keys(aws_sesv2_email_identity.this) == ["boss@example.com", "team@example.com"]
    error_message = "Only the recipients' identities should be created."
  }
}

run "everything_recorded" {
  variables {
    enable_cloudtrail   = true
    event_archive_days  = 7
    silence_alarm_hours = 26
    alarm_emails        = ["oncall@example.com"]
  }

  assert {
    condition     = length(aws_cloudtrail.data_events) == 1 && aws_cloudwatch_event_archive.domain["domain"].retention_days == 7
    error_message = "The trail or the archive is missing."
  }

  assert {
    condition     = contains([for statement in local.key_policy_statements : statement.Sid], "Trail")
    error_message = "CloudTrail could not encrypt with the key."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["nothing-completed"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["nothing-completed"].evaluation_periods == 26
    error_message = "Silence would not be noticed."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.alarms) == ["oncall@example.com"]
    error_message = "Alarms should go to whom is named."
  }
}
