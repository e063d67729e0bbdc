/** How the program that a job ran ended; the job's own process then ends in the same way. */
export class ProgramExit extends Error {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;

  constructor(exitCode: number | null, signal: NodeJS.Signals | null) {
    super(`the program ended with ${signal ?? `exit code ${exitCode}`}`);
    this.name = 'ProgramExit';
    this.exitCode = exitCode;
    this.signal = signal;
  }
}
