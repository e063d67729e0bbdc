variable "name" {
  description = "Of the instance."
  type        = string
}

variable "namespace" {
  type = string
}

variable "region" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "tier" {
  type = string
}

variable "availability" {
  type = string
}

variable "protected" {
  type = bool
}

# A public address that no network may use: all connections are Cloud Run's own, by socket, which
# asks for roles/cloudsql.client and encrypts. No network of our own has to be kept for it.
resource "google_sql_database_instance" "state" {
  name                = var.name
  region              = var.region
  database_version    = "POSTGRES_17"
  deletion_protection = var.protected

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.tier
    availability_type           = var.availability
    disk_type                   = "PD_SSD"
    disk_autoresize             = true
    user_labels                 = var.labels
    deletion_protection_enabled = var.protected
    connector_enforcement       = "REQUIRED"
    # Otherwise the backups go with the instance.
    retain_backups_on_delete = var.protected

    ip_configuration {
      ipv4_enabled = true
      ssl_mode     = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
      }
    }

    maintenance_window {
      day          = 7
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }
  }
}

# Its user is made by hand (see docs/google-cloud.md): Terraform would keep the password in its state.
resource "google_sql_database" "state" {
  name     = "${replace(var.namespace, "-", "_")}_triad"
  instance = google_sql_database_instance.state.name
}

output "connection" {
  description = "As project:region:instance."
  value       = google_sql_database_instance.state.connection_name
}

output "instance" {
  value = google_sql_database_instance.state.name
}

output "name" {
  value = google_sql_database.state.name
}
