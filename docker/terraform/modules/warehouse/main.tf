variable "namespace" {
  type = string
}

variable "location" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "writer" {
  description = "E-mail of the account of the sql-runner."
  type        = string
}

variable "protected" {
  type = bool
}

# The sql-runner makes the others when it needs them, and owns those.
locals {
  datasets = {
    triad = "Published tables."
  }
}

resource "google_bigquery_dataset" "dataset" {
  for_each    = local.datasets
  dataset_id  = "${replace(var.namespace, "-", "_")}_${each.key}"
  location    = var.location
  description = each.value
  labels      = var.labels
  # Seven days to look at a table as it was.
  max_time_travel_hours      = "168"
  delete_contents_on_destroy = !var.protected
}

# On the dataset, not on the project.
resource "google_bigquery_dataset_iam_member" "writer" {
  for_each   = google_bigquery_dataset.dataset
  dataset_id = each.value.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${var.writer}"
}

output "datasets" {
  value = [for dataset in google_bigquery_dataset.dataset : dataset.dataset_id]
}
