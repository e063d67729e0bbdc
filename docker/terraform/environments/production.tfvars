project           = "example-triad-production"
region            = "europe-west1"
environment       = "production"
namespace         = "production"
alarm_email       = "triad-alarms@example.com"
github_repository = "example/triad"

database_tier           = "db-custom-1-3840"
database_availability   = "REGIONAL"
invoker_min_instances   = 1
artifact_retention_days = 30
