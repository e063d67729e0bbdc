variable "project" {
  type = string
}

data "google_project" "this" {
  project_id = var.project
}

resource "google_project_service" "api" {
  for_each = toset([
    "aiplatform.googleapis.com",
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
  ])

  project = var.project
  service = each.key
  # Others may use the project, too.
  disable_on_destroy = false
}

output "number" {
  description = "As a text; it is part of the addresses of services and of the names of Google's own accounts."
  value       = data.google_project.this.number
}

output "agents" {
  description = "Google's own accounts of this project, by service, as IAM members."
  value = {
    for service, domain in {
      pubsub = "gcp-sa-pubsub"
    } : service =>
    "serviceAccount:service-${data.google_project.this.number}@${domain}.iam.gserviceaccount.com"
  }
  depends_on = [google_project_service.api]
}
