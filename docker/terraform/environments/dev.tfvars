# The project of branches: each deploys beside the namespace `dev` and expires.
project           = "example-triad-dev"
region            = "europe-west1"
environment       = "dev"
namespace         = "dev"
alarm_email       = "triad-dev@example.com"
github_repository = "example/triad"

isolated_branches       = true
protected               = false
database_tier           = "db-f1-micro"
artifact_retention_days = 7
