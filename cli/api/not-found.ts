import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** Which command lists what one asks for by name under each path. */
const listings = [
  ['/v1/runs/', 'triad runs'],
  ['/v1/pipelines/', 'triad pipelines'],
  ['/v1/dead-letters/', 'triad dead-letters'],
  ['/v1/alarms/', 'triad alarms'],
  ['/v1/alarm-channels/', 'triad alarms channels'],
  ['/v1/silences/', 'triad silences'],
  ['/v1/silences', 'triad pipelines'],
  ['/v1/tokens/', 'triad tokens'],
] as const;

/** `NOT_FOUND` whose remedy names the command that lists what there is. */
export function notFound(what: string, name: string, command: string): TriadError {
  return withListing(new TriadError('NOT_FOUND', { what, name }), command);
}

/** The error of a request for `path`, its remedy naming a command when there is one. */
export function withListingOf(path: string, error: unknown): unknown {
  if (!(error instanceof TriadError) || error.code !== 'NOT_FOUND') return error;
  const [, command] = listings.find(([prefix]) => path.startsWith(prefix)) ?? [];
  return command === undefined ? error : withListing(error, command);
}

const withListing = (error: TriadError, command: string): TriadError =>
  Object.assign(error, { fix: `Use one of those that ${command} lists.` });
