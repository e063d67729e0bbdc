terraform {
  required_version = ">= 1.8"

  # The bucket comes from `-backend-config`, since each environment has its own project.
  backend "gcs" {
    prefix = "triad"
  }

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}
