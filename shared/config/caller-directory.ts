/**
 * The directory a command was typed in. `npm run` changes to the project's own directory and
 * leaves the caller's in `INIT_CWD`.
 */
export const callerDirectory = (env: NodeJS.ProcessEnv): string => env.INIT_CWD ?? process.cwd();
