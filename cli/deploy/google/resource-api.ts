import type { Environment } from '../environment.ts';
import type { Job, JobKind, Kind, ResourceOf } from '../resource.ts';
import type { GoogleRest } from './google-rest.ts';

/** How one kind of resource is kept by Google. */
export interface ResourceApi<K extends Kind> {
  list(namespace: string): Promise<ResourceOf<K>[]>;
  create(resource: ResourceOf<K>): Promise<void>;
  update(resource: ResourceOf<K>): Promise<void>;
  delete(name: string): Promise<void>;
}

/** How one kind of job is found and ended. */
export interface JobApi<K extends JobKind> {
  list(namespace: string): Promise<(Job & { kind: K })[]>;
  delete(name: string): Promise<void>;
}

/** Where it is kept. */
export interface Place {
  rest: GoogleRest;
  environment: Environment;
}

export type Labels = Record<string, string>;

/** A duration of protobuf's JSON, such as `60s`. */
export const secondsOf = (duration: string | undefined): number =>
  Number((duration ?? '0s').replace(/s$/, ''));

/** The part of a resource's name after the last `/`. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
