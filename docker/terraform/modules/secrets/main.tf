variable "region" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "readers" {
  description = "IAM members that read each secret, by its name."
  type        = map(list(string))
}

# Only the places: the values are put there by hand, and are in no state of Terraform.
resource "google_secret_manager_secret" "secret" {
  for_each  = var.readers
  secret_id = each.key
  labels    = var.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

locals {
  reading = merge([
    for secret, members in var.readers : {
      for index, member in members : "${secret}-${index}" => { secret = secret, member = member }
    }
  ]...)
}

# On the secret, not on the project.
resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.reading
  secret_id = google_secret_manager_secret.secret[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}

output "reference" {
  description = "What the configuration of a service holds in place of the value."
  value = {
    for name, secret in google_secret_manager_secret.secret :
    name => "gcp-secret://${secret.id}/versions/latest"
  }
}
