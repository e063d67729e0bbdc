variable "name" {
  type = string
}

variable "region" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "users" {
  description = "IAM members that read, write and delete objects."
  type        = list(string)
}

variable "protected" {
  type = bool
}

variable "retention_days" {
  description = "Days that replaced and deleted objects can be brought back."
  type        = number
}

resource "google_storage_bucket" "artifacts" {
  name          = var.name
  location      = var.region
  labels        = var.labels
  storage_class = "STANDARD"
  force_destroy = !var.protected

  # No ACLs of single objects, and nobody can make one public.
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  soft_delete_policy {
    retention_duration_seconds = var.protected ? 604800 : 0
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.retention_days
    }
    action {
      type = "Delete"
    }
  }

  # Uploads that were never finished.
  lifecycle_rule {
    condition {
      age = 7
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  # Outputs of old runs are read rarely: no class of an object changes its generation.
  lifecycle_rule {
    condition {
      age                   = 90
      matches_storage_class = ["STANDARD"]
    }
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
  }
}

# objectUser, not objectAdmin: it changes no access. Whether the bucket is there the services see by its list of
# objects; none asks for the bucket itself (storage.buckets.get).
resource "google_storage_bucket_iam_member" "user" {
  count  = length(var.users)
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectUser"
  member = var.users[count.index]
}

output "bucket" {
  value = google_storage_bucket.artifacts.name
}
