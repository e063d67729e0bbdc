/*
 * What may be in an image. Paths are those of files from the image's root, without a slash before.
 */

/** What of `package-lock.json` the rules look at. */
export interface LockFile {
  packages: Record<string, LockedPackage>;
}
interface LockedPackage {
  /** Needed by developers alone. */
  dev?: boolean;
  /** Stands for the workspace `resolved`. */
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Where Triad is in an image. */
const HOME = 'triad';

const forbidden: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a source map', pattern: /^triad\/.*\.map$/ },
  { what: 'a test', pattern: /\.test\.[cm]?[jt]s$/ },
  { what: 'a test', pattern: /^triad\/(tests|bench)\// },
  { what: 'settings of a machine', pattern: /(^|\/)\.(env(\.[^/]*)?|npmrc|netrc)$/ },
  { what: 'a repository', pattern: /(^|\/)\.git(\/|$)/ },
  { what: 'a private key', pattern: /^triad\/.*\.(pem|key|p12)$|(^|\/)id_(rsa|ed25519)$/ },
  { what: "the project's lock file", pattern: /^triad\/package-lock\.json$/ },
  { what: 'what a run leaves', pattern: /^triad\/\.triad\// },
];

/** Files that may be in no image, each with what it is. */
export function forbiddenFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    forbidden.filter(({ pattern }) => pattern.test(path)).map(({ what }) => `${path}: ${what}`),
  );
}

const packageFile = /^triad\/((?:.+\/)?node_modules\/(?:@[^/]+\/)?[^/@][^/]*)\/package\.json$/;

/** The installed packages, as places in the lock file: `node_modules/zod`. */
export const installedPackages = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => packageFile.exec(path)?.[1] ?? []);

/** The Debian packages that are installed, by name, from dpkg's own list of them. */
export const installedDebs = (status: string): string[] =>
  status
    .split('\n\n')
    .filter((entry) => /^Status: install ok installed$/m.test(entry))
    .flatMap((entry) => /^Package: (.+)$/m.exec(entry)?.[1] ?? []);

/**
 * Installed packages that none of the workspaces needs at run time, with the reason. What `shared`
 * leaves to its users as a peer is needed only by a workspace that lists it itself, or as one of `peers`.
 */
export function unneededPackages(
  installed: readonly string[],
  workspaces: readonly string[],
  lock: LockFile,
  peers: readonly string[] = [],
): string[] {
  const needed = neededPackages(workspaces, lock, peers);
  return installed
    .filter((place) => !needed.has(place))
    .map((place) => {
      const locked = lock.packages[place];
      const why =
        locked === undefined ? 'not in the lock file' : 'needed by none of its workspaces';
      return `${HOME}/${place}: ${locked?.dev ? 'for developers alone' : why}`;
    });
}

function neededPackages(
  workspaces: readonly string[],
  { packages }: LockFile,
  ownPeers: readonly string[],
): Set<string> {
  const needed = new Set<string>();
  const visit = (place: string): void => {
    if (needed.has(place)) return;
    needed.add(place);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      packages[place] ?? {};
    const peers = Object.keys(peerDependencies ?? {}).filter(
      (name) => place.includes('node_modules/') || !peerDependenciesMeta?.[name]?.optional,
    );
    const names = { ...dependencies, ...optionalDependencies };
    for (const name of [...Object.keys(names), ...peers]) {
      const found = placeOf(name, place, packages);
      if (found !== undefined) visit(found);
    }
  };
  for (const peer of ownPeers) visit(placeOf(peer, 'shared', packages) ?? peer);
  for (const workspace of ['shared', ...workspaces]) {
    visit(workspace);
    for (const [place, { link, resolved }] of Object.entries(packages)) {
      if (link && resolved === workspace) needed.add(place);
    }
  }
  return needed;
}

/** Where Node finds the package `name` when it is asked for by the package at `place`. */
function placeOf(name: string, place: string, packages: LockFile['packages']): string | undefined {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/')))) {
    const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (packages[candidate] !== undefined) return candidate;
    if (from === '') return undefined;
  }
}
