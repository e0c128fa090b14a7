# Cheap. A destroy removes everything, files included.
environment        = "dev"
force_destroy      = true
key_deletion_days  = 7
log_retention_days = 30
retention_days     = 90
