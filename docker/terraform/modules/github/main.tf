variable "repository" {
  description = "As owner/name."
  type        = string
}

variable "only_main" {
  description = "Whether only the branch main may sign in."
  type        = bool
}

variable "account" {
  description = "Full name of the account that the workflows become."
  type        = string
}

resource "google_iam_workload_identity_pool" "github" {
  workload_identity_pool_id = "triad-github"
  display_name              = "GitHub"
  description               = "Workflows of ${var.repository}."
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }

  # Tokens of other repositories are refused here, before any role is looked at.
  attribute_condition = join(" && ", concat(
    ["assertion.repository == '${var.repository}'"],
    var.only_main ? ["assertion.ref == 'refs/heads/main'"] : [],
  ))

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "workflow" {
  service_account_id = var.account
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository/${var.repository}"
}

output "provider" {
  description = "For google-github-actions/auth."
  value       = google_iam_workload_identity_pool_provider.github.name
}
