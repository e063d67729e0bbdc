import type { Job, JobKind, Kind, Resource } from './resource.ts';

/** A namespace that somebody deployed. */
export interface DeployedNamespace {
  namespace: string;
  branch: string | null;
  /** Its last day, as YYYY-MM-DD; null for one that stays. */
  expires: string | null;
}

/**
 * A project of a cloud, as far as a deployment needs it.
 * Errors: `DEPLOY_CREDENTIALS_MISSING`, `DEPLOY_ACCESS_DENIED`, `DEPLOY_PROJECT_UNKNOWN`,
 * `DEPLOY_CLOUD_UNAVAILABLE`, `DEPLOY_CLOUD_REFUSED`.
 */
export interface Cloud {
  /** Throws when the project is not there or may not be used. */
  check(): Promise<void>;

  /** All resources of exactly this namespace, in no order. */
  list(namespace: string): Promise<Resource[]>;

  /** The jobs of exactly this namespace that are under way, and no others, in no order. */
  jobs(namespace: string): Promise<Job[]>;

  /** Makes one that does not exist. `DEPLOY_CONFLICT` when it does. */
  create(resource: Resource): Promise<void>;

  /** Gives one the specification, and adds or replaces the labels. Others of its labels stay. */
  update(resource: Resource): Promise<void>;

  /** Removes one with all that is in it; a job ends. One that is not there is removed. */
  delete(resource: { kind: Kind | JobKind; name: string }): Promise<void>;

  /** Every namespace that has a prefix in the bucket. */
  namespaces(): Promise<DeployedNamespace[]>;

  /** The names of a service's revisions; none for a service that is not there. */
  revisions(service: string): Promise<string[]>;

  /** A small text of the bucket, outside of all namespaces; undefined when there is none. */
  document(path: string): Promise<string | undefined>;
  putDocument(path: string, text: string): Promise<void>;
}
