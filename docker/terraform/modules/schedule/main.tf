variable "namespace" {
  type = string
}

variable "region" {
  type = string
}

variable "url" {
  description = "Of the orchestrator."
  type        = string
}

variable "account" {
  description = "E-mail of the account whose tokens the calls carry."
  type        = string
}

# The orchestrator's own scheduler fires, too; a tick that both see fires once. This one also
# starts an instance where none runs.
resource "google_cloud_scheduler_job" "tick" {
  name   = "${var.namespace}-triad-tick"
  region = var.region
  # Schedules have no labels: `triad deploy` finds them behind what is said to people.
  description      = "Asks Triad's orchestrator for a round of due ticks. triad-namespace=${var.namespace}"
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  # The next minute asks again anyway.
  retry_config {
    retry_count = 0
  }

  lifecycle {
    ignore_changes = [description]
  }

  http_target {
    http_method = "POST"
    uri         = "${var.url}/v1/tick"

    oidc_token {
      service_account_email = var.account
      audience              = var.url
    }
  }
}
