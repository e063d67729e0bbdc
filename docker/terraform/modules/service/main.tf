variable "name" {
  type = string
}

variable "region" {
  type = string
}

variable "labels" {
  type = map(string)
}

variable "image" {
  type = string
}

variable "revision" {
  type = string
}

variable "account" {
  description = "E-mail of the account that it runs as."
  type        = string
}

variable "port" {
  type = number
}

variable "cpu" {
  type = string
}

variable "memory" {
  type = string
}

variable "min_instances" {
  type = number
}

variable "max_instances" {
  type = number
}

variable "environment" {
  type = map(string)
}

variable "database" {
  description = "Cloud SQL instance to reach by socket, as project:region:instance."
  type        = string
  default     = null
}

variable "protected" {
  type = bool
}

resource "google_cloud_run_v2_service" "service" {
  name                = var.name
  location            = var.region
  labels              = var.labels
  deletion_protection = var.protected
  ingress             = "INGRESS_TRAFFIC_ALL"
  # Triad checks the token of each request itself: its issuer, audience and sender. Where Cloud Run
  # has checked a token it removes the signature, and nobody can check it again.
  invoker_iam_disabled = true

  # Of the service, not of its revisions: one without traffic must not run.
  scaling {
    min_instance_count = var.min_instances
  }

  template {
    revision                         = "${var.name}-r${substr(var.revision, 0, 12)}"
    service_account                  = var.account
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = 80
    timeout                          = "300s"

    scaling {
      max_instance_count = var.max_instances
    }

    containers {
      image = var.image

      ports {
        container_port = var.port
      }

      resources {
        limits = {
          cpu    = var.cpu
          memory = var.memory
        }
        # Both work between requests: loops of the orchestrator, jobs that the invoker watches.
        cpu_idle          = false
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = var.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      startup_probe {
        http_get {
          path = "/readyz"
          port = var.port
        }
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 60
      }

      liveness_probe {
        http_get {
          path = "/healthz"
          port = var.port
        }
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 4
      }

      dynamic "volume_mounts" {
        for_each = var.database == null ? [] : [var.database]
        content {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }
      }
    }

    dynamic "volumes" {
      for_each = var.database == null ? [] : [var.database]
      content {
        name = "cloudsql"
        cloud_sql_instance {
          instances = [volumes.value]
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    # What `triad deploy` and `triad promote` set: of the template also that a revision which waits to be
    # promoted starts no instance to be checked (healthCheckDisabled). The first one serves, and is checked.
    ignore_changes = [
      annotations,
      client,
      client_version,
      labels,
      template,
      traffic,
    ]
  }
}

output "name" {
  value = google_cloud_run_v2_service.service.name
}
