import { userInfo } from 'node:os';

/** The name of the person on this machine; a container may have none. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
