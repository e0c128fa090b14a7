# Data is not deleted by accident, and CloudTrail records who reads and writes it.
environment         = "prod"
deletion_protection = true
enable_cloudtrail   = true
event_archive_days  = 30
log_retention_days  = 365
