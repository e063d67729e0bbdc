import { z } from 'zod';
import { containerJob } from '../contracts/container.ts';
import { slug } from '../contracts/names.ts';
import { email, invalid, parseObject } from './parts.ts';

/** What a job of the profile `gcp` is started with. */
export interface JobImage {
  /** With its digest or tag. */
  image: string;
  /** Of a step that asks for an accelerator. @default `image` */
  acceleratorImage?: string;
  /** Arguments of the image's entry point, of `acceleratorImage` too. @default its own */
  args?: readonly string[];
  /** The e-mail address of what it runs as. @default the platform's default account */
  serviceAccount?: string;
}

/** Images that are no jobs of their own, but what a job is done in on a machine with an accelerator. */
const acceleratorImages: Readonly<Record<string, string>> = { trainer: 'trainer-gpu' };

const reference = z.string().min(1);
const images = z.record(
  slug,
  z.union([
    reference.transform((image) => ({ image, args: undefined })),
    z.strictObject({ image: reference, args: z.array(z.string()).min(1).optional() }),
  ]),
);
const accounts = z.record(slug, z.string());

/**
 * The jobs by name, from the values of `TRIAD_JOB_IMAGES` and `TRIAD_JOB_SERVICE_ACCOUNTS`. Without
 * the second, all jobs run as the platform's default account; with it, each job has an account of
 * its own there. `CONFIG_INVALID` names the variable, and the key that is wrong or missing.
 */
export function parseJobImages(
  imagesText: string,
  accountsText: string | undefined,
): Record<string, JobImage> {
  const variable = 'TRIAD_JOB_IMAGES';
  const named = parseObject(variable, imagesText, images, 'job names to images');
  const jobs: Record<string, JobImage> = {};
  for (const [name, { image, args }] of Object.entries(named)) {
    const job = jobOfAcceleratorImage(name);
    if (args && name === containerJob) {
      throw invalid(variable, `${name}: expected no args; a step has its own command line`);
    }
    if (job === undefined) {
      const acceleratorImage = named[acceleratorImages[name] ?? '']?.image;
      jobs[name] = {
        image,
        ...(acceleratorImage !== undefined && { acceleratorImage }),
        ...(args && { args }),
      };
    } else if (!Object.hasOwn(named, job)) {
      throw invalid(variable, `expected an image of ${job} beside that of ${name}`);
    } else if (args) {
      throw invalid(variable, `${name}: expected the args beside the image of ${job}`);
    }
  }
  if (accountsText !== undefined) addAccounts(jobs, accountsText);
  return jobs;
}

const jobOfAcceleratorImage = (name: string): string | undefined =>
  Object.entries(acceleratorImages).find(([, image]) => image === name)?.[0];

function addAccounts(jobs: Record<string, JobImage>, text: string): void {
  const variable = 'TRIAD_JOB_SERVICE_ACCOUNTS';
  const given = parseObject(variable, text, accounts, 'job names to e-mail addresses');
  for (const [name, account] of Object.entries(given)) {
    if (!Object.hasOwn(jobs, name)) {
      throw invalid(variable, `${name}: expected the name of a job of TRIAD_JOB_IMAGES`);
    }
    if (!email.safeParse(account).success) {
      throw invalid(variable, `${name}: expected an e-mail address`);
    }
  }
  for (const [name, job] of Object.entries(jobs)) {
    const serviceAccount = given[name];
    if (serviceAccount === undefined) {
      throw invalid(variable, `${name}: expected an account for this job, which has an image`);
    }
    job.serviceAccount = serviceAccount;
  }
}
