import { resolve } from 'node:path';

/**
 * A source as the services get it: the path of `name:path`, which the user gave relative to
 * `directory`, made absolute, since the services run elsewhere. A bare `name` stays as it is, and so
 * does an object `gs://bucket/name`.
 */
export function absoluteSource(source: string, directory: string): string {
  const colon = source.indexOf(':');
  const path = source.slice(colon + 1);
  if (colon === -1 || path.startsWith('gs://')) return source;
  return `${source.slice(0, colon)}:${resolve(directory, path)}`;
}
