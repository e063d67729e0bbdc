import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Cloud, DeployedNamespace } from '../cloud.ts';
import type { Environment } from '../environment.ts';
import type { Job, JobKind, Kind, Resource } from '../resource.ts';
import { Bucket } from './bucket.ts';
import { cloudRunJobApi } from './cloud-run-jobs.ts';
import { databaseApi } from './databases.ts';
import { datasetApi } from './datasets.ts';
import { GoogleRest, type GoogleRestOptions } from './google-rest.ts';
import { prefixApi } from './prefixes.ts';
import type { Place, ResourceApi } from './resource-api.ts';
import { scheduleApi } from './schedules.ts';
import { serviceApi } from './services.ts';
import { subscriptionApi } from './subscriptions.ts';
import { topicApi } from './topics.ts';
import { vertexJobApi } from './vertex-jobs.ts';

/** A project of Google Cloud, by its REST APIs: no SDK and no gcloud has to be there. */
export class GoogleCloud implements Cloud {
  readonly #rest: GoogleRest;
  readonly #environment: Environment;
  readonly #apis;
  readonly #jobs;
  readonly #bucket: Bucket;

  constructor(environment: Environment, options: GoogleRestOptions) {
    this.#environment = environment;
    this.#rest = new GoogleRest(options);
    const place: Place = { rest: this.#rest, environment };
    this.#bucket = new Bucket(this.#rest, environment.bucket);
    this.#apis = {
      prefix: prefixApi(place),
      topic: topicApi(place),
      dataset: datasetApi(place),
      database: databaseApi(place),
      service: serviceApi(place),
      subscription: subscriptionApi(place),
      schedule: scheduleApi(place),
    };
    this.#jobs = {
      'cloud-run-job': cloudRunJobApi(place),
      'vertex-job': vertexJobApi(place),
    };
  }

  async check(): Promise<void> {
    const { project } = this.#environment;
    // Pub/Sub answers 404 for a project that is not there, without an API of its own for projects.
    const url = `https://pubsub.googleapis.com/v1/projects/${project}/topics?pageSize=1`;
    const asked = { url, action: `use project ${project}`, mayBeMissing: true };
    if ((await this.#rest.ask(asked)) === undefined) {
      throw new TriadError('DEPLOY_PROJECT_UNKNOWN', { project });
    }
  }

  async list(namespace: string): Promise<Resource[]> {
    const apis = Object.values(this.#apis) as ResourceApi<Kind>[];
    return (await Promise.all(apis.map((api) => api.list(namespace)))).flat() as Resource[];
  }

  async jobs(namespace: string): Promise<Job[]> {
    const apis = Object.values(this.#jobs);
    return (await Promise.all(apis.map((api) => api.list(namespace)))).flat();
  }

  create(resource: Resource): Promise<void> {
    return this.#apiOf(resource.kind).create(resource as never);
  }

  update(resource: Resource): Promise<void> {
    return this.#apiOf(resource.kind).update(resource as never);
  }

  delete({ kind, name }: { kind: Kind | JobKind; name: string }): Promise<void> {
    return { ...this.#apis, ...this.#jobs }[kind].delete(name);
  }

  namespaces(): Promise<DeployedNamespace[]> {
    return this.#apis.prefix.namespaces();
  }

  revisions(service: string): Promise<string[]> {
    return this.#apis.service.revisions(service);
  }

  document(path: string): Promise<string | undefined> {
    return this.#bucket.read(path);
  }

  putDocument(path: string, text: string): Promise<void> {
    return this.#bucket.write(path, text);
  }

  #apiOf(kind: Kind): ResourceApi<Kind> {
    return this.#apis[kind] as ResourceApi<Kind>;
  }
}
