/** What each image is made of, besides `shared`. */
export interface ImageKind {
  workspaces: readonly string[];
  /** Packages that `shared` leaves to whoever uses it, where no workspace lists them. @default none */
  peers?: readonly string[];
  /** A service answers for as long as it lives; a job ends when its work is done. */
  kind: 'service' | 'job';
}

/** All images, by the name of their folder. */
export const images: Readonly<Record<string, ImageKind>> = {
  orchestrator: { workspaces: ['orchestrator'], kind: 'service' },
  invoker: { workspaces: ['invoker'], kind: 'service' },
  embedded: {
    workspaces: ['cli', 'invoker', 'orchestrator', 'sql-runner', 'trainer'],
    kind: 'service',
  },
  'sql-runner': { workspaces: ['sql-runner'], kind: 'job' },
  trainer: { workspaces: ['trainer'], kind: 'job' },
  container: {
    workspaces: [],
    peers: ['@google-cloud/storage', 'google-auth-library'],
    kind: 'job',
  },
  'trainer-gpu': { workspaces: ['trainer'], kind: 'job' },
};

/** The user that every image runs as. */
export const imageUser = { uid: 10001, gid: 10001 };
