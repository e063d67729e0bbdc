import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { toHomeError } from './state-error.ts';

/**
 * Makes a directory of a home, and those above it, or throws `HOME_UNUSABLE` or `DISK_FULL`.
 * Node's own recursive `mkdir` never returns where a directory exists that can hold none, as /proc.
 */
export function makeDirectory(directory: string): void {
  try {
    make(directory);
  } catch (error) {
    throw toHomeError(error, directory);
  }
}

function make(directory: string): void {
  if (isDirectory(directory)) return;
  const parent = dirname(directory);
  if (!existsSync(parent)) make(parent);
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have been faster.
    if (!isDirectory(directory)) throw error;
  }
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
