import type { GoogleStatus } from './google-error.ts';
import type { GoogleRest } from './google-rest.ts';

export const runRoot = 'https://run.googleapis.com/v2';

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.operations */
export interface RunOperation {
  name?: string;
  done?: boolean;
  error?: GoogleStatus;
}

/** Waits for what an answer of Cloud Run began; without an operation nothing is under way. */
export async function runFinished(
  rest: GoogleRest,
  answer: unknown,
  action: string,
): Promise<void> {
  let operation = answer as RunOperation | undefined;
  await rest.wait(action, async () => {
    if (operation === undefined || operation.name === undefined) return null;
    if (operation.done) return operation.error ?? null;
    operation = (await rest.ask({ url: `${runRoot}/${operation.name}`, action })) as RunOperation;
    return operation.done ? (operation.error ?? null) : undefined;
  });
}
