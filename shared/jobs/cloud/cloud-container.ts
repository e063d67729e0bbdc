import type { JobImage } from '../../config/job-images.ts';
import { containerJob } from '../../contracts/container.ts';
import type { JobSpec } from '../../contracts/job-spec.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { jobText } from '../stored-spec.ts';

/**
 * What starts in the image of a container step, whatever entry point of its own that has: files
 * that docker/container/Dockerfile puts there.
 */
export const wrapper: readonly string[] = [
  ...['/usr/local/bin/tini', '-s', '--', '/usr/local/bin/node'],
  '/triad/shared/jobs/container/container-main.ts',
];

export interface CloudContainerOptions {
  /**
   * By job name. A container step's own image takes the place of that of the job `container`, which
   * it must be built on: Triad's wrapper in it starts the step's command.
   */
  images: Readonly<Record<string, JobImage>>;
  /** Variables of every container, besides `TRIAD_JOB` and `TRACEPARENT`. @default none */
  environment?: Readonly<Record<string, string>>;
}

export interface CloudContainer {
  image: string;
  /** Empty for the entry point of the image. */
  command: string[];
  /** Of that entry point. */
  args: string[];
  env: { name: string; value: string }[];
  serviceAccount?: string;
}

/**
 * What runs for `spec`, which must be stored beforehand (`storeSpec`) where it is too long for a
 * variable. A job without an image is `JOB_UNKNOWN`.
 */
export function cloudContainer(
  spec: JobSpec,
  traceparent: string | undefined,
  { images, environment = {} }: CloudContainerOptions,
): CloudContainer {
  const own = Object.hasOwn(images, spec.job) ? images[spec.job] : undefined;
  if (!own) {
    const known = Object.keys(images).join(', ');
    throw new TriadError('JOB_UNKNOWN', { job: spec.job, known });
  }
  const { serviceAccount, args = [] } = own;
  const variables = {
    ...environment,
    TRIAD_JOB: jobText(spec),
    ...(traceparent !== undefined && { TRACEPARENT: traceparent }),
  };
  return {
    image: imageOf(spec, own),
    command: spec.job === containerJob ? [...wrapper] : [],
    args: [...args],
    env: Object.entries(variables).map(([name, value]) => ({ name, value })),
    ...(serviceAccount !== undefined && { serviceAccount }),
  };
}

function imageOf(
  { job, container, resources }: JobSpec,
  { image, acceleratorImage = image }: JobImage,
): string {
  if (job === containerJob && container) return container.image;
  return resources.accelerator ? acceleratorImage : image;
}

/** The `TRIAD_JOB` that a container was given; `undefined` when it was given none. */
export const specTextOf = (
  env: readonly { name?: string | null; value?: string | null }[] | null | undefined,
): string | undefined => env?.find(({ name }) => name === 'TRIAD_JOB')?.value ?? undefined;
