import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The settings of an image, as Docker names them. */
export interface ImageConfig {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  WorkingDir: string;
  Labels: Record<string, string>;
  Healthcheck?: { Test: string[] };
}

export interface Image {
  name: string;
  config: ImageConfig;
  /** Directory that the image's root file system is mounted on. */
  root: string;
  close(): void;
}

const buildah = (...args: string[]): string =>
  execFileSync('buildah', args, { encoding: 'utf8' }).trim();

/** Mounts a container of a local image; to be closed. */
export function openImage(name: string, reference: string): Image {
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', reference)) as {
    Docker: { config: ImageConfig };
  };
  const container = buildah('from', '--pull=never', reference);
  return {
    name,
    config: inspected.Docker.config,
    root: buildah('mount', container),
    close: () => void buildah('rm', container),
  };
}

/** All files and folders of an image, from its root. */
export const filesOf = ({ root }: Image): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) =>
    relative(root, join(entry.parentPath, entry.name)),
  );

/** What the files of an image take, in bytes, hard links once. */
export function sizeOf({ root }: Image): number {
  const [bytes = ''] = execFileSync('du', ['-sx', '--bytes', root], { encoding: 'utf8' }).split(
    '\t',
  );
  return Number(bytes);
}
