# A wrong value of a variable is refused before anything is planned.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  sender_email     = "reports@example.com"
  recipient_emails = ["team@example.com"]
  functions_dir    = "tests/fixtures/functions"
}

run "defaults" {
  command = plan
}

run "each_environment" {
  command = plan

  variables {
    environment         = "prod"
    deletion_protection = true
    enable_cloudtrail   = true
    event_archive_days  = 30
    silence_alarm_hours = 24
    log_retention_days  = 365
  }
}

run "a_sender_with_a_name" {
  command         = plan
  expect_failures = [var.sender_email]

  variables {
    sender_email = "Reports <reports@example.com>"
  }
}

run "nobody_to_write_to" {
  command         = plan
  expect_failures = [var.recipient_emails]

  variables {
    recipient_emails = []
  }
}

run "two_addresses_in_one" {
  command         = plan
  expect_failures = [var.recipient_emails]

  variables {
    recipient_emails = ["a@example.com,b@example.com"]
  }
}

run "an_address_twice" {
  command         = plan
  expect_failures = [var.recipient_emails]

  variables {
    recipient_emails = ["a@example.com", "a@example.com"]
  }
}

run "an_alarm_to_nowhere" {
  command         = plan
  expect_failures = [var.alarm_emails]

  variables {
    alarm_emails = ["oncall"]
  }
}

run "a_name_that_no_bucket_may_have" {
  command         = plan
  expect_failures = [var.name]

  variables {
    name = "Sluice_1"
  }
}

run "an_unknown_environment" {
  command         = plan
  expect_failures = [var.environment]

  variables {
    environment = "staging"
  }
}

run "no_region" {
  command         = plan
  expect_failures = [var.region]

  variables {
    region = "Frankfurt"
  }
}

run "a_tag_that_is_taken" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { "sluice:state-machine-arn" = "mine" }
  }
}

run "no_policy_as_boundary" {
  command         = plan
  expect_failures = [var.permissions_boundary_arn]

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:role/boundary"
  }
}

run "a_default_dataset_without_contract" {
  command         = plan
  expect_failures = [var.default_dataset]

  variables {
    default_dataset = "orders"
  }
}

run "a_file_larger_than_any" {
  command         = plan
  expect_failures = [var.max_size_bytes]

  variables {
    max_size_bytes = 99999999999999
  }
}

run "expired_before_it_is_tiered" {
  command         = plan
  expect_failures = [var.retention_days]

  variables {
    retention_days = 30
  }
}

run "versions_that_a_redrive_still_reads" {
  command         = plan
  expect_failures = [var.old_versions_days]

  variables {
    old_versions_days = 14
  }
}

run "uploads_kept_too_long" {
  command         = plan
  expect_failures = [var.unfinished_uploads_days]

  variables {
    unfinished_uploads_days = 8
  }
}

run "a_retention_that_logs_do_not_have" {
  command         = plan
  expect_failures = [var.log_retention_days]

  variables {
    log_retention_days = 45
  }
}

run "a_key_gone_at_once" {
  command         = plan
  expect_failures = [var.key_deletion_days]

  variables {
    key_deletion_days = 1
  }
}

run "other_processors" {
  command         = plan
  expect_failures = [var.architecture]

  variables {
    architecture = "amd64"
  }
}

run "settings_of_a_step_that_is_none" {
  command         = plan
  expect_failures = [var.function_settings]

  variables {
    function_settings = { validate = { memory_size_mb = 512 } }
  }
}

run "a_function_that_is_shut_down" {
  command         = plan
  expect_failures = [var.function_settings]

  variables {
    function_settings = { analyze = { reserved_concurrency = 0 } }
  }
}

run "a_model_without_a_price" {
  command         = plan
  expect_failures = [var.bedrock_model_id]

  variables {
    bedrock_model_id = "amazon.nova-premier-v1:0"
  }
}

run "more_than_the_model_writes" {
  command         = plan
  expect_failures = [var.bedrock_max_output_tokens]

  variables {
    bedrock_max_output_tokens = 5001
  }
}

run "no_money" {
  command         = plan
  expect_failures = [var.bedrock_cost_ceiling_usd]

  variables {
    bedrock_cost_ceiling_usd = 0
  }
}

run "a_header_smuggled_into_the_sender" {
  command         = plan
  expect_failures = [var.sender_name]

  variables {
    sender_name = "Sluice\r\nBcc: x"
  }
}

run "more_than_all_rejected" {
  command         = plan
  expect_failures = [var.reject_rate_alarm_percent]

  variables {
    reject_rate_alarm_percent = 101
  }
}

run "a_longer_silence_than_cloudwatch_remembers" {
  command         = plan
  expect_failures = [var.silence_alarm_hours]

  variables {
    silence_alarm_hours = 169
  }
}

run "an_unknown_level" {
  command         = plan
  expect_failures = [var.log_level, var.execution_log_level]

  variables {
    log_level           = "VERBOSE"
    execution_log_level = "INFO"
  }
}
