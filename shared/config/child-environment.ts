/** The environment of a child process: this process's own, with `changes` over it; `undefined` unsets. */
export const childEnvironment = (
  changes: Record<string, string | undefined>,
): NodeJS.ProcessEnv => ({
  ...process.env,
  ...changes,
});

const plain = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'USER'];

/** What a program of somebody else gets of this process's environment: no setting, no secret. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    plain.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
