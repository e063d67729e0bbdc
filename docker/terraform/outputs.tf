output "deploy" {
  description = "This environment's entry of docker/environments.json, which `triad deploy` reads."
  value = {
    project          = var.project
    region           = var.region
    namespace        = var.namespace
    bucket           = module.storage.bucket
    images           = module.images.path
    databaseInstance = module.database.instance
    projectNumber    = module.project.number
    isolatedBranches = var.isolated_branches
    deadmanUrl       = var.deadman_url == "" ? null : var.deadman_url
    people           = var.people
    jobLabels        = var.job_labels
    serviceAccounts  = { for name, email in module.identity.email : name => email }
    secrets          = module.secrets.reference
  }
}

output "github" {
  description = "What the deploy workflow signs in with."
  value = {
    workload_identity_provider = module.github.provider
    service_account            = module.identity.email["deployer"]
  }
}

output "database" {
  description = "What the runbook needs to make the database's user and to restore it."
  value = {
    connection = module.database.connection
    name       = module.database.name
  }
}
