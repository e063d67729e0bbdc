import { execFileSync } from 'node:child_process';

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

/** Images by name, each opened once; to be closed together. */
export function imagesOf(prefix: string, revision: string) {
  const opened = new Map<string, Image>();
  return {
    open(name: string): Image {
      const image = opened.get(name) ?? openImage(name, `${prefix}/${name}:${revision}`);
      opened.set(name, image);
      return image;
    },
    close(): void {
      for (const image of opened.values()) image.close();
    },
  };
}

/** A file, a folder or a link of an image. */
export interface ImageFile {
  /** From the image's root, without a slash before. */
  path: string;
  uid: number;
  /** Whether its group or all can write it; the mode of a link means nothing. */
  isOpen: boolean;
  /** Whether all can read it. */
  isReadable: boolean;
}

/** Everything in an image; links are not followed, since they would lead out of it. */
export function filesOf({ root }: Image): ImageFile[] {
  const format = ['-printf', '%U %m %y %P\\0'];
  const found = execFileSync('find', [root, '-xdev', '-mindepth', '1', ...format], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return found
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [uid = '', mode = '', type = ''] = line.split(' ', 3);
      const path = line.slice(`${uid} ${mode} ${type} `.length);
      const bits = Number.parseInt(mode, 8);
      const isOpen = type !== 'l' && (bits & 0o022) !== 0;
      return { path, uid: Number(uid), isOpen, isReadable: (bits & 0o004) !== 0 };
    });
}

/** What the files of an image take, in bytes, hard links once. */
export function sizeOf({ root }: Image): number {
  const [bytes = ''] = execFileSync('du', ['-sx', '--bytes', root], { encoding: 'utf8' }).split(
    '\t',
  );
  return Number(bytes);
}
