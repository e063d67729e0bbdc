variable "project" {
  description = "Id of the Google Cloud project of this environment. Each environment has its own."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Expected the id of a project: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of everything, such as europe-west1: messages, datasets and images, too."
  type        = string
}

variable "environment" {
  description = "Which of the environments this is."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "Expected dev, staging or production."
  }
}

variable "namespace" {
  description = "First part of the names of topics, datasets and services. `triad deploy` uses others beside it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,17}[a-z0-9])?$", var.namespace))
    error_message = "Expected 1 to 19 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "revision" {
  description = "Git commit whose images the services start with. Later ones come by `triad deploy`."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{12,40}$", var.revision))
    error_message = "Expected a git commit: 12 to 40 hexadecimal digits."
  }
}

variable "alarm_email" {
  description = "Who hears that Triad itself is silent."
  type        = string
}

variable "github_repository" {
  description = "The repository whose workflows may deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[\\w.-]+/[\\w.-]+$", var.github_repository))
    error_message = "Expected owner/name."
  }
}

variable "isolated_branches" {
  description = "Whether branches get namespaces of their own in this project, beside this one."
  type        = bool
  default     = false
}

variable "database_instance" {
  description = "Name of the Cloud SQL instance; null for triad-<environment>. Another one after a restore."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,82}[a-z0-9])?$", coalesce(var.database_instance, "triad")))
    error_message = "Expected lower-case letters, digits and hyphens, starting with a letter; not an empty text."
  }
}

variable "database_tier" {
  description = "Machine type of Cloud SQL."
  type        = string
  default     = "db-f1-micro"
}

variable "database_availability" {
  description = "ZONAL, or REGIONAL for a standby in another zone."
  type        = string
  default     = "ZONAL"

  validation {
    condition     = contains(["ZONAL", "REGIONAL"], var.database_availability)
    error_message = "Expected ZONAL or REGIONAL."
  }
}

variable "orchestrator_max_instances" {
  description = "Several orchestrators can share the database."
  type        = number
  default     = 2
}

variable "invoker_min_instances" {
  description = "0 saves money; a command then waits for the start of an instance."
  type        = number
  default     = 0
}

variable "deadman_url" {
  description = "A check of a monitor outside of Google Cloud; empty for the alert of Cloud Monitoring alone."
  type        = string
  default     = ""
}

variable "deadman_secret" {
  description = "Whether that check is a secret: then it is the value of triad-deadman-url, and not deadman_url."
  type        = bool
  default     = false
}

variable "settings" {
  description = "Variables of both services by their names, such as TRIAD_MAX_ACTIVE_RUNS. `triad deploy` checks them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^TRIAD_[A-Z0-9_]+$", name))])
    error_message = "Expected names such as TRIAD_POOLS; .env.example has them all."
  }

  # The alert "Triad is silent" waits for a line of the dead man's switch, at least one in five minutes.
  validation {
    condition = (
      contains(["info", "debug"], lookup(var.settings, "TRIAD_LOG_LEVEL", "info")) &&
      lookup(var.settings, "TRIAD_WATCHER", "on") == "on" &&
      try(tonumber(lookup(var.settings, "TRIAD_DEADMAN_SECONDS", "60")) <= 120, false)
    )
    error_message = "The alert needs TRIAD_LOG_LEVEL info or debug, TRIAD_WATCHER on, TRIAD_DEADMAN_SECONDS at most 120."
  }
}

variable "protected" {
  description = "Whether Terraform refuses to delete what holds data."
  type        = bool
  default     = true
}

variable "artifact_retention_days" {
  description = "Days that replaced and deleted objects of the bucket can still be brought back."
  type        = number
  default     = 30
}

variable "image_readers" {
  description = "IAM members of other projects that take over images: production's deployer, in staging."
  type        = list(string)
  default     = []
}

variable "role_seconds" {
  description = "Seconds between the first roles and the first services: Google says two minutes typically, at times seven."
  type        = number
  default     = 180
}

variable "people" {
  description = "Who else may ask the orchestrator by an identity token of Google: e-mail to viewer, operator or admin."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for email, role in var.people :
      can(regex("^[^\\s@<>A-Z]+@[^\\s@<>A-Z]+$", email)) && contains(["viewer", "operator", "admin"], role)
    ])
    error_message = "Expected e-mail addresses in lower case, each with viewer, operator or admin."
  }
}
