import { TriadError } from '../../errors/triad-error.ts';
import { rpcCode, rpcCodeOf } from '../../http/rpc-code.ts';

/** How a call to a service failed. */
export interface CallFailure {
  error: TriadError;
  /** Whether the service has surely not done what it was asked to; otherwise it may have. */
  isRefusal: boolean;
}

const refusals: ReadonlySet<number> = new Set([
  rpcCode.invalidArgument,
  rpcCode.notFound,
  rpcCode.failedPrecondition,
  rpcCode.outOfRange,
  rpcCode.unimplemented,
]);
const denials: ReadonlySet<number> = new Set([rpcCode.permissionDenied, rpcCode.unauthenticated]);

/** What a missing image is called, at the creation of a job and at its start. */
export const tellsOfImage = (reason: string): boolean =>
  /\bimage\b/i.test(reason) &&
  /not found|does not exist|denied|pull|unauthori[sz]ed|manifest unknown/i.test(reason);

/** What it is called when an image is there and its program is not. */
export const tellsOfStart = (reason: string): boolean =>
  /failed to start|StartError|ContainerCannotRun|executable file not found|no such file/i.test(
    reason,
  );

/**
 * Classes of failed calls: what another attempt can mend is retryable.
 *
 * @param service for people, such as `Vertex AI`
 * @param image of the job that was to be created, if the call was to create one
 */
export function callFailure(thrown: unknown, service: string, image?: string): CallFailure {
  if (thrown instanceof TriadError) return { error: thrown, isRefusal: true };
  const reason = reasonOf(thrown);
  const cause = { cause: thrown };
  const code = rpcCodeOf(thrown);
  if (image !== undefined && code !== undefined && code > 2 && tellsOfImage(reason)) {
    const error = new TriadError('JOB_IMAGE_UNUSABLE', { image, reason }, cause);
    return { error, isRefusal: true };
  }
  // Without credentials no call is made at all, and so none has a code.
  if ((code !== undefined && denials.has(code)) || /credentials/i.test(reason)) {
    const error = new TriadError('JOB_ACCESS_DENIED', { service, reason }, cause);
    return { error, isRefusal: true };
  }
  if (code === rpcCode.resourceExhausted) {
    return { error: new TriadError('JOB_QUOTA', { service, reason }, cause), isRefusal: true };
  }
  if (code !== undefined && refusals.has(code)) {
    return { error: new TriadError('JOB_REFUSED', { service, reason }, cause), isRefusal: true };
  }
  const details = { service, reasons: reason };
  return { error: new TriadError('SERVICE_UNAVAILABLE', details, cause), isRefusal: false };
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // `details` is the service's own text; `message` puts the code before it.
  return 'details' in thrown && typeof thrown.details === 'string' && thrown.details !== ''
    ? thrown.details
    : thrown.message;
}
