variable "project" {
  type = string
}

variable "namespace" {
  type = string
}

variable "alarm_email" {
  type = string
}

variable "orchestrator" {
  description = "Name of the Cloud Run service."
  type        = string
}

variable "url" {
  description = "Of the orchestrator."
  type        = string
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "Triad ${var.namespace}"
  type         = "email"
  labels = {
    email_address = var.alarm_email
  }
}

locals {
  of_orchestrator = join(" ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${var.orchestrator}\"",
  ])
  of_metric = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/"
}

# The dead man's switch writes this line every minute in which all loops went round.
resource "google_logging_metric" "held" {
  name        = "${var.namespace}-triad-deadman-held"
  description = "Minutes in which Triad's orchestrator said that all is well."
  filter      = "${local.of_orchestrator} jsonPayload.message=\"the dead man's switch is held\""
}

# Answers of the orchestrator to Cloud Scheduler.
resource "google_logging_metric" "tick" {
  name        = "${var.namespace}-triad-ticks"
  description = "Rounds of due ticks that Cloud Scheduler asked for, and got."
  filter      = "${local.of_orchestrator} logName:\"run.googleapis.com%2Frequests\" httpRequest.requestUrl:\"/v1/tick\" httpRequest.status=200"
}

locals {
  # What is counted as long as Triad lives.
  signs = {
    "the dead man's switch is held" = google_logging_metric.held.name
    "a round of ticks succeeded"    = google_logging_metric.tick.name
  }
}

# Not /readyz: Cloud Run keeps some paths that end in z for itself. To refuse is an answer, too.
resource "google_monitoring_uptime_check_config" "ready" {
  display_name = "Triad ${var.namespace} orchestrator"
  period       = "60s"
  timeout      = "10s"

  http_check {
    path         = "/v1/runs"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    accepted_response_status_codes {
      status_value = 401
    }
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = trimprefix(var.url, "https://")
    }
  }
}

resource "google_monitoring_alert_policy" "deadman" {
  display_name          = "Triad ${var.namespace} is silent"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [google_monitoring_notification_channel.email.id]

  # A counter that stops may write zeros, or nothing at all: each is looked for. That either is seen of a counter
  # which never had a point Google does not say: an orchestrator that never came up is seen by the uptime check.
  dynamic "conditions" {
    for_each = local.signs
    content {
      display_name = "Not counted within five minutes: ${conditions.key}"
      condition_threshold {
        filter                  = "${local.of_metric}${conditions.value}\""
        comparison              = "COMPARISON_LT"
        threshold_value         = 1
        duration                = "300s"
        evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"
        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = "ALIGN_SUM"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }

  dynamic "conditions" {
    for_each = local.signs
    content {
      display_name = "No count at all for ten minutes: ${conditions.key}"
      condition_absent {
        filter   = "${local.of_metric}${conditions.value}\""
        duration = "600s"
        aggregations {
          alignment_period     = "60s"
          per_series_aligner   = "ALIGN_SUM"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }

  conditions {
    display_name = "The orchestrator does not answer"
    condition_threshold {
      filter = join(" AND ", [
        "resource.type=\"uptime_url\"",
        "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\"",
        "metric.labels.check_id=\"${google_monitoring_uptime_check_config.ready.uptime_check_id}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
      }
      trigger {
        count = 1
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Triad cannot be trusted to tell you what is wrong: see docs/google-cloud.md, \"Triad is silent\"."
  }

  alert_strategy {
    auto_close = "86400s"
  }
}

# Triad tells of dead letters itself; this one is for when it cannot.
resource "google_monitoring_alert_policy" "undelivered" {
  display_name          = "Triad ${var.namespace}: messages wait too long"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "The oldest message is older than an hour"
    condition_threshold {
      filter = join(" AND ", [
        "resource.type=\"pubsub_subscription\"",
        "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
        "resource.labels.subscription_id=monitoring.regex.full_match(\"${var.namespace}-(invoker|orchestrator|dead-letters)\")",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 3600
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See docs/google-cloud.md, \"Messages wait too long\"."
  }
}
