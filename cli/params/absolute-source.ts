import { resolve } from 'node:path';

/**
 * A source as the services get it: the path of `name:path`, which the user gave relative to
 * `directory`, made absolute, since the services run elsewhere. A bare `name` stays as it is.
 */
export function absoluteSource(source: string, directory: string): string {
  const colon = source.indexOf(':');
  if (colon === -1) return source;
  return `${source.slice(0, colon)}:${resolve(directory, source.slice(colon + 1))}`;
}
