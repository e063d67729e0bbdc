# Where a revision is tested before it may be promoted.
project           = "example-triad-staging"
region            = "europe-west1"
environment       = "staging"
namespace         = "staging"
alarm_email       = "triad-staging@example.com"
github_repository = "example/triad"

database_tier           = "db-g1-small"
artifact_retention_days = 14

# Production runs the very images that were tested here: once its Terraform has made its deployer, put
# "serviceAccount:triad-deployer@<project of production>.iam.gserviceaccount.com" in, and apply again.
image_readers = []
