variable "namespace" {
  type = string
}

variable "region" {
  description = "Messages are stored there and nowhere else."
  type        = string
}

variable "labels" {
  type = map(string)
}

variable "push_account" {
  description = "E-mail of the account whose tokens the pushes carry."
  type        = string
}

variable "agent" {
  description = "Pub/Sub's own account, as an IAM member."
  type        = string
}

variable "urls" {
  description = "Of the services, by name."
  type        = map(string)
}

variable "publishers" {
  description = "IAM members that publish, by topic."
  type        = map(list(string))
}

# The same values are in cli/deploy/desired-state.ts; a test compares them.
locals {
  topics = {
    commands     = "triad-commands"
    outcomes     = "triad-outcomes"
    dead-letters = "triad-dead-letters"
  }
  receivers = {
    commands = "invoker"
    outcomes = "orchestrator"
  }
  ack_deadline_seconds  = 60
  max_delivery_attempts = 10
  minimum_backoff       = "10s"
  maximum_backoff       = "600s"
  message_retention     = "604800s"
}

resource "google_pubsub_topic" "topic" {
  for_each                   = local.topics
  name                       = "${var.namespace}-${each.value}"
  labels                     = var.labels
  message_retention_duration = local.message_retention

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "push" {
  for_each = local.receivers
  name     = "${var.namespace}-${each.value}"
  topic    = google_pubsub_topic.topic[each.key].id
  labels   = var.labels

  ack_deadline_seconds       = local.ack_deadline_seconds
  message_retention_duration = local.message_retention
  # What belongs to one run comes in its order.
  enable_message_ordering = true

  push_config {
    push_endpoint = "${var.urls[each.value]}/pubsub/push"

    oidc_token {
      service_account_email = var.push_account
      audience              = var.urls[each.value]
    }
  }

  retry_policy {
    minimum_backoff = local.minimum_backoff
    maximum_backoff = local.maximum_backoff
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.topic["dead-letters"].id
    max_delivery_attempts = local.max_delivery_attempts
  }

  # A subscription that nothing came through for a month is still needed.
  expiration_policy {
    ttl = ""
  }
}

# The orchestrator keeps dead letters until a person looks; without a subscription a topic keeps nothing.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "${var.namespace}-dead-letters"
  topic                      = google_pubsub_topic.topic["dead-letters"].id
  labels                     = var.labels
  ack_deadline_seconds       = local.ack_deadline_seconds
  message_retention_duration = local.message_retention

  push_config {
    push_endpoint = "${var.urls["orchestrator"]}/pubsub/dead-letters"

    oidc_token {
      service_account_email = var.push_account
      audience              = var.urls["orchestrator"]
    }
  }

  retry_policy {
    minimum_backoff = local.minimum_backoff
    maximum_backoff = local.maximum_backoff
  }

  expiration_policy {
    ttl = ""
  }
}

locals {
  publishing = merge([
    for topic, members in var.publishers : {
      for index, member in members : "${topic}-${index}" => { topic = topic, member = member }
    }
  ]...)
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.publishing
  topic    = google_pubsub_topic.topic[each.value.topic].name
  role     = "roles/pubsub.publisher"
  member   = each.value.member
}

# publisher may not even look: a service that does not find its topics says that it is not ready.
resource "google_pubsub_topic_iam_member" "viewer" {
  for_each = local.publishing
  topic    = google_pubsub_topic.topic[each.value.topic].name
  role     = "roles/pubsub.viewer"
  member   = each.value.member
}

# Pub/Sub itself moves what was given up: it publishes there, and takes it from here.
resource "google_pubsub_topic_iam_member" "dead_letter_writer" {
  topic  = google_pubsub_topic.topic["dead-letters"].name
  role   = "roles/pubsub.publisher"
  member = var.agent
}

resource "google_pubsub_subscription_iam_member" "dead_letter_taker" {
  for_each     = google_pubsub_subscription.push
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = var.agent
}

output "topics" {
  value = { for key, topic in google_pubsub_topic.topic : key => topic.id }
}
