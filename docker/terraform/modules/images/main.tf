variable "region" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "writers" {
  description = "IAM members that push images."
  type        = list(string)
}

variable "starters" {
  description = "IAM members that start jobs with these images, by their names."
  type        = map(string)
}

variable "readers" {
  description = "IAM members of other projects that copy images from here."
  type        = list(string)
}

resource "google_artifact_registry_repository" "images" {
  location      = var.region
  repository_id = "triad"
  format        = "DOCKER"
  description   = "Images of Triad, tagged by git commit."
  labels        = var.labels

  docker_config {
    # A tag is a commit: it never means another image.
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 50
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }
}

# Cloud Run and Vertex AI themselves may pull from the registry of their own project without a role.
# Whoever makes a service or a job must be able to read its image all the same, since January 2025.
resource "google_artifact_registry_repository_iam_member" "starter" {
  for_each   = var.starters
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = each.value
}

# writer, which reads as well, and not repoAdmin: the workflow adds images and can remove none.
resource "google_artifact_registry_repository_iam_member" "writer" {
  count      = length(var.writers)
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = var.writers[count.index]
}

resource "google_artifact_registry_repository_iam_member" "reader" {
  for_each   = toset(var.readers)
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = each.key
}

output "path" {
  description = "What the name of an image begins with."
  value = join("/", [
    "${var.region}-docker.pkg.dev",
    google_artifact_registry_repository.images.project,
    google_artifact_registry_repository.images.repository_id,
  ])
}
