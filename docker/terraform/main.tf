locals {
  labels = {
    "triad-namespace" = var.namespace
    "triad-owner"     = "terraform"
  }

  # Known before the services exist, so that they can be told of each other.
  url = {
    for service in ["orchestrator", "invoker"] : service =>
    "https://${var.namespace}-triad-${service}-${module.project.number}.${var.region}.run.app"
  }

  # Each has an account of its own.
  jobs = ["sql-runner", "trainer", "container"]

  environment = {
    TRIAD_PROFILE     = "gcp"
    TRIAD_HOST        = "0.0.0.0"
    TRIAD_HOME        = "/tmp/triad"
    TRIAD_GCP_PROJECT = var.project
    TRIAD_GCP_REGION  = var.region
    TRIAD_NAMESPACE   = var.namespace
    TRIAD_BUCKET      = module.storage.bucket
    TRIAD_JOB_IMAGES = jsonencode({
      # The trainer's other one is for machines with an accelerator.
      for image in concat(local.jobs, ["trainer-gpu"]) : image => "${module.images.path}/${image}:${var.revision}"
    })
    TRIAD_CODE_REVISION    = var.revision
    TRIAD_ORCHESTRATOR_URL = local.url["orchestrator"]
    TRIAD_INVOKER_URL      = local.url["invoker"]
  }
}

module "project" {
  source  = "./modules/project"
  project = var.project
}

module "images" {
  source     = "./modules/images"
  region     = var.region
  labels     = local.labels
  writers    = [module.identity.member["deployer"]]
  starters   = { invoker = module.identity.member["invoker"] }
  readers    = var.image_readers
  depends_on = [module.project]
}

module "identity" {
  source            = "./modules/identity"
  project           = var.project
  environment       = var.environment
  isolated_branches = var.isolated_branches
  pubsub_agent      = module.project.agents["pubsub"]
  depends_on        = [module.project]
}

module "messaging" {
  source       = "./modules/messaging"
  namespace    = var.namespace
  region       = var.region
  labels       = local.labels
  push_account = module.identity.email["push"]
  agent        = module.project.agents["pubsub"]
  urls         = local.url
  publishers = {
    commands = [module.identity.member["orchestrator"]]
    # The orchestrator sends again what was given up.
    outcomes     = [module.identity.member["invoker"], module.identity.member["orchestrator"]]
    dead-letters = [module.identity.member["orchestrator"], module.identity.member["invoker"]]
  }
  depends_on = [module.project]
}

module "storage" {
  source         = "./modules/storage"
  name           = "${var.project}-triad"
  region         = var.region
  labels         = local.labels
  protected      = var.protected
  retention_days = var.artifact_retention_days
  users = [
    for account in concat(["orchestrator", "invoker"], local.jobs, ["deployer"]) :
    module.identity.member[account]
  ]
  depends_on = [module.project]
}

module "warehouse" {
  source     = "./modules/warehouse"
  namespace  = var.namespace
  location   = var.region
  labels     = local.labels
  protected  = var.protected
  writer     = module.identity.email["sql-runner"]
  depends_on = [module.project]
}

module "database" {
  source       = "./modules/database"
  name         = coalesce(var.database_instance, "triad-${var.environment}")
  namespace    = var.namespace
  region       = var.region
  labels       = local.labels
  tier         = var.database_tier
  availability = var.database_availability
  protected    = var.protected
  depends_on   = [module.project]
}

module "secrets" {
  source = "./modules/secrets"
  region = var.region
  labels = local.labels
  readers = {
    triad-database-url   = [module.identity.member["orchestrator"]]
    triad-alarm-channels = [module.identity.member["orchestrator"]]
  }
  depends_on = [module.project]
}

# Google takes minutes until all its services know a new role. A service that starts before is refused what
# it needs, and then its first revision has failed.
resource "terraform_data" "roles" {
  provisioner "local-exec" {
    command = "sleep ${var.role_seconds}"
  }

  depends_on = [
    module.identity,
    module.images,
    module.storage,
    module.warehouse,
    module.database,
    module.secrets,
    module.messaging,
  ]
}

module "orchestrator" {
  source        = "./modules/service"
  name          = "${var.namespace}-triad-orchestrator"
  region        = var.region
  labels        = local.labels
  image         = "${module.images.path}/orchestrator:${var.revision}"
  revision      = var.revision
  account       = module.identity.email["orchestrator"]
  port          = 4180
  cpu           = "1"
  memory        = "1Gi"
  min_instances = 1
  max_instances = var.orchestrator_max_instances
  database      = module.database.connection
  environment = merge(local.environment, {
    TRIAD_OIDC_AUDIENCE = local.url["orchestrator"]
    # The roles of its own accounts come last: listing one of them as a person changes nothing.
    TRIAD_OIDC_ACCOUNTS = jsonencode(merge(var.people, {
      (module.identity.email["push"])      = "service"
      (module.identity.email["invoker"])   = "service"
      (module.identity.email["scheduler"]) = "operator"
      (module.identity.email["deployer"])  = "operator"
    }))
    TRIAD_DATABASE_URL   = module.secrets.reference["triad-database-url"]
    TRIAD_ALARM_CHANNELS = module.secrets.reference["triad-alarm-channels"]
    PGDATABASE           = module.database.name
    # Its own health page, where no monitor outside is told: the log line is what the alert misses.
    TRIAD_DEADMAN_URL = var.deadman_url == "" ? "http://127.0.0.1:4180/healthz" : var.deadman_url
  })
  protected = var.protected
  # An instance must find its secrets and its database, and be let in.
  depends_on = [terraform_data.roles]
}

module "invoker" {
  source        = "./modules/service"
  name          = "${var.namespace}-triad-invoker"
  region        = var.region
  labels        = local.labels
  image         = "${module.images.path}/invoker:${var.revision}"
  revision      = var.revision
  account       = module.identity.email["invoker"]
  port          = 4181
  cpu           = "1"
  memory        = "1Gi"
  min_instances = var.invoker_min_instances
  max_instances = 4
  environment = merge(local.environment, {
    TRIAD_OIDC_AUDIENCE = local.url["invoker"]
    TRIAD_OIDC_ACCOUNTS = jsonencode({
      (module.identity.email["push"])         = "service"
      (module.identity.email["orchestrator"]) = "service"
    })
    TRIAD_LABELS               = join(",", [for key, value in var.job_labels : "${key}=${value}"])
    TRIAD_JOB_SERVICE_ACCOUNTS = jsonencode({ for job in local.jobs : job => module.identity.email[job] })
  })
  protected  = var.protected
  depends_on = [terraform_data.roles]
}

module "schedule" {
  source     = "./modules/schedule"
  namespace  = var.namespace
  region     = var.region
  url        = local.url["orchestrator"]
  account    = module.identity.email["scheduler"]
  depends_on = [module.project]
}

module "github" {
  source     = "./modules/github"
  repository = var.github_repository
  # Only `main` deploys to staging and production.
  only_main  = var.environment != "dev"
  account    = module.identity.name["deployer"]
  depends_on = [module.project]
}

module "monitoring" {
  source       = "./modules/monitoring"
  project      = var.project
  namespace    = var.namespace
  alarm_email  = var.alarm_email
  orchestrator = module.orchestrator.name
  url          = local.url["orchestrator"]
  depends_on   = [module.project]
}
