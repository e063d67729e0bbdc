import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Cloud, DeployedNamespace } from '../../../cli/deploy/cloud.ts';
import {
  type Job,
  type JobKind,
  type Kind,
  keyOf,
  label,
  type Resource,
} from '../../../cli/deploy/resource.ts';
import { databaseOf } from '../../../cli/deploy/service-definitions.ts';

/** A cloud in memory. */
export class MemoryCloud implements Cloud {
  readonly resources = new Map<string, Resource>();
  /** What was done, such as `create topic/x`. */
  readonly log: string[] = [];
  /** What the services of each namespace started. */
  readonly started = new Map<string, Job[]>();
  readonly #revisions = new Map<string, string[]>();
  readonly #documents = new Map<string, string>();

  async check(): Promise<void> {}

  async list(namespace: string): Promise<Resource[]> {
    return [...this.resources.values()].filter((resource) =>
      resource.kind === 'database'
        ? resource.name === databaseOf(namespace)
        : resource.labels[label.namespace] === namespace,
    );
  }

  async jobs(namespace: string): Promise<Job[]> {
    return [...(this.started.get(namespace) ?? [])];
  }

  async create(resource: Resource): Promise<void> {
    const key = keyOf(resource);
    this.log.push(`create ${key}`);
    if (this.resources.has(key)) {
      const reason = 'it exists';
      throw new TriadError('DEPLOY_CONFLICT', { action: `make ${key}`, reason });
    }
    this.#put(resource);
  }

  async update(resource: Resource): Promise<void> {
    const key = keyOf(resource);
    this.log.push(`update ${key}`);
    const there = this.resources.get(key);
    if (!there) {
      const reason = 'it is not there';
      throw new TriadError('DEPLOY_CLOUD_REFUSED', { action: `change ${key}`, reason });
    }
    this.#put({ ...resource, labels: { ...there.labels, ...resource.labels } });
  }

  async delete(resource: { kind: Kind | JobKind; name: string }): Promise<void> {
    const key = keyOf(resource);
    this.log.push(`delete ${key}`);
    for (const [namespace, jobs] of this.started) {
      const left = jobs.filter((job) => keyOf(job) !== key);
      this.started.set(namespace, left);
    }
    this.resources.delete(key);
    if (resource.kind === 'service') this.#revisions.delete(resource.name);
  }

  async namespaces(): Promise<DeployedNamespace[]> {
    return [...this.resources.values()]
      .filter(({ kind }) => kind === 'prefix')
      .map(({ name, labels }) => ({
        namespace: name.slice(0, -1),
        branch: labels[label.branch] ?? null,
        expires: labels[label.expires] ?? null,
      }))
      .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
  }

  async revisions(service: string): Promise<string[]> {
    return [...(this.#revisions.get(service) ?? [])];
  }

  async document(path: string): Promise<string | undefined> {
    return this.#documents.get(path);
  }

  async putDocument(path: string, text: string): Promise<void> {
    this.#documents.set(path, text);
  }

  #put(resource: Resource): void {
    this.resources.set(keyOf(resource), structuredClone(resource));
    if (resource.kind !== 'service') return;
    const { name, spec } = resource;
    const before = this.#revisions.get(name) ?? [];
    if (!before.includes(spec.revision)) this.#revisions.set(name, [spec.revision, ...before]);
  }
}
