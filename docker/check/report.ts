export interface Report {
  /** Does it, and prints how it went: what it gives is told. */
  check(what: string, action: () => unknown): Promise<void>;
  /** Prints the sum; the process ends with 1 when anything failed. */
  conclude(): void;
}

export function openReport(): Report {
  let failures = 0;
  return {
    async check(what, action) {
      try {
        const told = await action();
        process.stdout.write(`ok      ${what}${typeof told === 'string' ? `: ${told}` : ''}\n`);
      } catch (error) {
        failures += 1;
        const reason = error instanceof Error ? error.message : String(error);
        process.stdout.write(`FAILED  ${what}: ${reason}\n`);
      }
    },
    conclude() {
      process.stdout.write(failures === 0 ? 'All is as it should be.\n' : `${failures} failed.\n`);
      process.exitCode = failures === 0 ? 0 : 1;
    },
  };
}
