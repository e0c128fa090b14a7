# As prod, but its data may be deleted.
environment        = "uat"
force_destroy      = true
key_deletion_days  = 7
log_retention_days = 30
event_archive_days = 7
