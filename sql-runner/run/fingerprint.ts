import { createHash } from 'node:crypto';

/** SHA-256 of plain data, the same for equal data. */
export const fingerprintOf = (data: unknown): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex');
