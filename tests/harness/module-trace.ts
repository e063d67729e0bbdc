import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from './temporary-directory.ts';

const preload = pathToFileURL(join(import.meta.dirname, 'record-modules.ts')).href;

/** What one process loaded. */
export interface LoadedModules {
  /** The file it was started with. */
  main: string;
  /** The packages that it loaded anything of, each once. */
  packages: string[];
}

/** Sees every module that processes load, and those that they start, and so on. */
export class ModuleTrace {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<ModuleTrace> {
    return new ModuleTrace(await temporaryDirectory());
  }

  /** For the processes that are to be seen. */
  get env(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `--import ${preload}`, TRIAD_TEST_MODULES: this.#directory };
  }

  read(): LoadedModules[] {
    return globSync(join(this.#directory, '*.txt')).map((file) => {
      const [main = '', ...urls] = readFileSync(file, 'utf8').split('\n');
      return { main, packages: [...new Set(urls.flatMap((url) => packageIn(url) ?? []))] };
    });
  }
}

/** `@scope/name` or `name`, of the innermost package that a file belongs to. */
const packageIn = (url: string): string | undefined =>
  /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
