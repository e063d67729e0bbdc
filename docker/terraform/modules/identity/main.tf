variable "project" {
  type = string
}

variable "environment" {
  type = string
}

variable "isolated_branches" {
  type = bool
}

variable "pubsub_agent" {
  description = "Pub/Sub's own account, as an IAM member."
  type        = string
}

locals {
  # Nobody has a key: services run as them, people and workflows impersonate them.
  accounts = {
    orchestrator = "Decides what runs; owns the state."
    invoker      = "Turns commands into jobs."
    sql-runner   = "Job: the only one that writes to BigQuery."
    trainer      = "Job: reads snapshots, writes models."
    container    = "Job: programs of users, in container steps."
    push         = "Signs what Pub/Sub pushes to the services."
    scheduler    = "Signs the calls of Cloud Scheduler."
    deployer     = "Pushes images and deploys, from GitHub."
  }

  # Roles on the project, where Google has no finer place for them. Everything else is granted on
  # one topic, bucket, secret, dataset, service or account, beside it.
  project_roles = {
    # Connects to Cloud SQL: the role knows no single instance without a condition.
    orchestrator-cloudsql = { account = "orchestrator", role = "roles/cloudsql.client" }
    # Starts, watches and cancels jobs, and nothing else of Cloud Run or Vertex AI.
    invoker-jobs = { account = "invoker", role = google_project_iam_custom_role.job_starter.name }
    # Runs queries, and makes the temporary datasets that it stages tables in. It may not read
    # datasets of others: what it reads and writes is granted on the dataset.
    sql-runner-bigquery = { account = "sql-runner", role = "roles/bigquery.user" }
    # New revisions and their traffic.
    deployer-run = { account = "deployer", role = "roles/run.developer" }
    # Lists what a deployment looks at.
    deployer-pubsub    = { account = "deployer", role = "roles/pubsub.viewer" }
    deployer-bigquery  = { account = "deployer", role = "roles/bigquery.metadataViewer" }
    deployer-scheduler = { account = "deployer", role = "roles/cloudscheduler.viewer" }
    deployer-sql       = { account = "deployer", role = "roles/cloudsql.viewer" }
  }

  # Where branches come and go, so do their topics and services: nobody can grant on them before.
  branch_roles = {
    branch-deployer-pubsub = { account = "deployer", role = "roles/pubsub.editor" }
    # run.admin, since only it makes services that check tokens themselves.
    branch-deployer-run       = { account = "deployer", role = "roles/run.admin" }
    branch-deployer-bigquery  = { account = "deployer", role = "roles/bigquery.dataOwner" }
    branch-deployer-scheduler = { account = "deployer", role = "roles/cloudscheduler.admin" }
    branch-deployer-sql       = { account = "deployer", role = google_project_iam_custom_role.database_maker.name }
    branch-deployer-jobs      = { account = "deployer", role = google_project_iam_custom_role.job_sweeper.name }
    branch-orchestrator-topic = { account = "orchestrator", role = "roles/pubsub.publisher" }
    branch-orchestrator-look  = { account = "orchestrator", role = "roles/pubsub.viewer" }
    branch-invoker-topic      = { account = "invoker", role = "roles/pubsub.publisher" }
    branch-invoker-look       = { account = "invoker", role = "roles/pubsub.viewer" }
    branch-sql-runner-data    = { account = "sql-runner", role = "roles/bigquery.dataEditor" }
  }

  # Whoever starts something as an account must be allowed to act as it.
  acting = {
    invoker-as-sql-runner    = { actor = "invoker", account = "sql-runner" }
    invoker-as-trainer       = { actor = "invoker", account = "trainer" }
    invoker-as-container     = { actor = "invoker", account = "container" }
    deployer-as-orchestrator = { actor = "deployer", account = "orchestrator" }
    deployer-as-invoker      = { actor = "deployer", account = "invoker" }
  }
  # Of a subscription and of a schedule, only where the workflow makes such.
  branch_acting = {
    deployer-as-push      = { actor = "deployer", account = "push" }
    deployer-as-scheduler = { actor = "deployer", account = "scheduler" }
  }
}

resource "google_service_account" "account" {
  for_each     = local.accounts
  account_id   = "triad-${each.key}"
  display_name = "Triad ${each.key} (${var.environment})"
  description  = each.value
}

resource "google_project_iam_custom_role" "job_starter" {
  role_id     = "triadJobStarter"
  title       = "Triad job starter"
  description = "Starts, watches and cancels jobs of Vertex AI and Cloud Run."
  permissions = [
    "aiplatform.customJobs.cancel",
    "aiplatform.customJobs.create",
    "aiplatform.customJobs.get",
    "aiplatform.customJobs.list",
    "run.executions.cancel",
    "run.executions.get",
    "run.executions.list",
    "run.jobs.create",
    "run.jobs.delete",
    "run.jobs.list",
    "run.jobs.run",
    "run.operations.get",
    "run.tasks.list",
  ]
}

# A branch's jobs of Vertex AI are in no role of the deployer; those of Cloud Run are also in run.admin.
resource "google_project_iam_custom_role" "job_sweeper" {
  role_id     = "triadJobSweeper"
  title       = "Triad job sweeper"
  description = "Finds and ends the jobs of a branch that is torn down."
  permissions = [
    "aiplatform.customJobs.cancel",
    "aiplatform.customJobs.get",
    "aiplatform.customJobs.list",
    "run.jobs.delete",
    "run.jobs.list",
    "run.operations.get",
  ]
}

# Google's own roles that delete a database also delete instances.
resource "google_project_iam_custom_role" "database_maker" {
  role_id     = "triadDatabaseMaker"
  title       = "Triad database maker"
  description = "Makes and deletes databases of the instance, for branches."
  permissions = [
    "cloudsql.databases.create",
    "cloudsql.databases.delete",
    "cloudsql.databases.get",
    "cloudsql.databases.list",
    "cloudsql.instances.get",
  ]
}

resource "google_project_iam_member" "role" {
  for_each = merge(local.project_roles, var.isolated_branches ? local.branch_roles : {})
  project  = var.project
  role     = each.value.role
  member   = google_service_account.account[each.value.account].member
}

# Of the topics and subscriptions of branches; of the others it is granted on each.
resource "google_project_iam_member" "dead_letters" {
  for_each = toset(var.isolated_branches ? ["roles/pubsub.publisher", "roles/pubsub.subscriber"] : [])
  project  = var.project
  role     = each.key
  member   = var.pubsub_agent
}

# Pub/Sub signs what it pushes as the account push. Older projects lack this role of its own.
resource "google_service_account_iam_member" "push_token" {
  service_account_id = google_service_account.account["push"].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = var.pubsub_agent
}

resource "google_service_account_iam_member" "acting" {
  for_each           = merge(local.acting, var.isolated_branches ? local.branch_acting : {})
  service_account_id = google_service_account.account[each.value.account].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.account[each.value.actor].member
}

output "email" {
  value = { for name, account in google_service_account.account : name => account.email }
}

output "member" {
  description = "As IAM members."
  value       = { for name, account in google_service_account.account : name => account.member }
}

output "name" {
  description = "Full resource names."
  value       = { for name, account in google_service_account.account : name => account.name }
}
