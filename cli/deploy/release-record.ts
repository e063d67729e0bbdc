import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';
import type { Cloud } from './cloud.ts';
import { isRevisionOf, type Resource } from './resource.ts';
import { serviceNames, serviceOf } from './service-definitions.ts';

/** That a revision was tested, kept in the bucket of staging. */
const releaseRecord = z.object({
  /** The full commit. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  testedAt: z.iso.datetime(),
  /** Who or what says so. */
  by: z.string().min(1),
  /** The run that it was tested with, if it was one. */
  run: z.string().nullable(),
});
export type ReleaseRecord = z.infer<typeof releaseRecord>;

const pathOf = (revision: string): string => `releases/${revision.slice(0, 12)}.json`;

/** The record of a commit, of which at least 12 digits are given. `DEPLOY_UNTESTED` without one. */
export async function readRecord(staging: Cloud, revision: string): Promise<ReleaseRecord> {
  const untested = () => new TriadError('DEPLOY_UNTESTED', { revision });
  const text = await staging.document(pathOf(revision));
  if (text === undefined) throw untested();
  const parsed = releaseRecord.safeParse(parseJson(text));
  if (!parsed.success || !parsed.data.revision.startsWith(revision)) throw untested();
  return parsed.data;
}

/**
 * Writes down that a revision was tested. `DEPLOY_NOT_LIVE` when staging runs another one, in part
 * or in whole: then that was tested.
 */
export async function writeRecord(
  staging: Cloud,
  namespace: string,
  record: ReleaseRecord,
): Promise<void> {
  const actual = await staging.list(namespace);
  for (const service of serviceNames) {
    const name = serviceOf(namespace, service);
    if (isLive(actual, name, record.revision)) continue;
    throw new TriadError('DEPLOY_NOT_LIVE', { service: name, revision: record.revision });
  }
  await staging.putDocument(pathOf(record.revision), `${JSON.stringify(record, null, 2)}\n`);
}

function isLive(actual: readonly Resource[], name: string, revision: string): boolean {
  const service = actual.find((resource) => resource.name === name);
  if (service?.kind !== 'service') return false;
  return service.spec.traffic.some(
    (part) => part.percent === 100 && isRevisionOf(part.revision, name, revision),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
