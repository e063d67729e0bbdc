import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { Style } from './style.ts';

/** What went wrong, then the remedy. */
export function errorText(
  error: Pick<ErrorReport, 'code' | 'message' | 'fix'>,
  style: Style,
): string {
  const { code, message, fix } = error;
  return `${style.bad(`Error ${code}:`)} ${message}\n${style.strong('To fix:')} ${fix}`;
}
