# Nothing is lost by accident, and everything can be looked up.
environment         = "prod"
deletion_protection = true
enable_cloudtrail   = true
event_archive_days  = 30
log_retention_days  = 365
