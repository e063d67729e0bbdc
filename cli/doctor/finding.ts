import type { CommandContext } from '../command-context.ts';
import type { SystemFile } from '../system/system-file.ts';

/** What a check found. `warn` does not keep Triad from working; `fail` does. */
export interface Finding {
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What to do about it; absent when all is well. */
  remedy?: string;
}

export interface Examination {
  context: CommandContext;
  /** The system that runs on this home, when one does. */
  system: SystemFile | undefined;
}

export interface DoctorCheck {
  name: string;
  examine: (examination: Examination) => Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warn = (detail: string, remedy: string): Finding => ({
  status: 'warn',
  detail,
  remedy,
});
export const fail = (detail: string, remedy: string): Finding => ({
  status: 'fail',
  detail,
  remedy,
});
