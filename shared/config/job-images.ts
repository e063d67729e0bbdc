import { z } from 'zod';
import { slug } from '../contracts/names.ts';
import { email, invalid, parseObject } from './parts.ts';

/** What a job of the profile `gcp` is started with. */
export interface JobImage {
  /** With its digest or tag. */
  image: string;
  /** Of a step that asks for an accelerator. @default `image` */
  acceleratorImage?: string;
  /** The e-mail address of what it runs as. @default the platform's default account */
  serviceAccount?: string;
}

/** Images that are no jobs of their own, but what a job is done in on a machine with an accelerator. */
const acceleratorImages: Readonly<Record<string, string>> = { trainer: 'trainer-gpu' };

const images = z.record(slug, z.string().min(1));
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
  const named = parseObject('TRIAD_JOB_IMAGES', imagesText, images, 'job names to images');
  const jobs: Record<string, JobImage> = {};
  for (const [name, image] of Object.entries(named)) {
    const job = jobOfAcceleratorImage(name);
    if (job === undefined) {
      const acceleratorImage = named[acceleratorImages[name] ?? ''];
      jobs[name] = { image, ...(acceleratorImage !== undefined && { acceleratorImage }) };
    } else if (!Object.hasOwn(named, job)) {
      throw invalid('TRIAD_JOB_IMAGES', `expected an image of ${job} beside that of ${name}`);
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
