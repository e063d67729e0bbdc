/** The environment of a child process: this process's own, with `changes` over it; `undefined` unsets. */
export const childEnvironment = (
  changes: Record<string, string | undefined>,
): NodeJS.ProcessEnv => ({
  ...process.env,
  ...changes,
});
