# Cheap, and gone without a trace when it is destroyed.
environment        = "dev"
force_destroy      = true
key_deletion_days  = 7
log_retention_days = 30
retention_days     = 90
