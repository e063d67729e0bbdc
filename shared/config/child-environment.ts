/** The environment of a child process: this process's own, with `changes` over it; `undefined` unsets. */
export const childEnvironment = (
  changes: Record<string, string | undefined>,
  own: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv => ({
  ...own,
  ...changes,
});

const plain = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'USER'];

/** What a program of somebody else gets of this process's environment: no setting, no secret. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    plain.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

const ours = /^TRIAD_|^(TRACEPARENT|NODE_COMPILE_CACHE)$/;

/** What a program gets of the environment of its own image: all that is not Triad's. */
export const imageEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
