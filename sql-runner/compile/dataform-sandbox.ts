import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { type Context, createContext, Script } from 'node:vm';

/** What `@dataform/core` exports, as far as it is used here. */
interface DataformCore {
  /** Turns a file of the project into CommonJS code. */
  compiler(code: string, path: string): string;
  /** Compiles the project that the request names. */
  main(base64Request: string): string;
  session: { compile(): unknown };
}

type CommonJs = (exports: object, require: (name: string) => unknown, module: object) => void;

const wrap = (code: string) => `(function (exports, require, module) {${code}\n})`;

let bundle: Script | undefined;

/** Reads Dataform's bundle and parses it, once per process. */
export function loadBundle(): Script {
  if (bundle) return bundle;
  const path = createRequire(import.meta.url).resolve('@dataform/core');
  bundle = new Script(wrap(readFileSync(path, 'utf8')), { filename: path });
  return bundle;
}

/**
 * Runs Dataform's own `main` on a project and gives the compiled graph as plain data. Dataform
 * keeps its session in a global and loads project files by `require`, so each compilation gets a
 * global object and a `require` of its own: one that turns .sqlx and .yaml into code by Dataform's
 * compiler. That keeps compilations apart; it is no border against hostile code. A project's
 * JavaScript is as trusted as this repository.
 */
export function runDataform(directory: string, base64Request: string): unknown {
  const context = createContext({});
  context.global = context;
  const loaded = new Map<string, unknown>();
  const core = runModule(loadBundle(), context, requireForBundle) as DataformCore;

  function requireForBundle(name: string): unknown {
    if (name === '@dataform/core') return core;
    if (name === 'fs') return { readFileSync };
    if (!loaded.has(name)) loaded.set(name, requireFile(name));
    return loaded.get(name);
  }

  function requireFile(name: string): unknown {
    const path = extname(name) === '' ? `${name}.js` : name;
    const file = join(directory, path);
    const code = core.compiler(readProjectFile(file, name), path);
    const script = new Script(wrap(code), { filename: file });
    return runModule(script, context, requireForBundle);
  }

  let graph: unknown;
  const compile = core.session.compile.bind(core.session);
  core.session.compile = () => {
    graph = compile();
    return graph;
  };
  core.main(base64Request);
  // Enumerations become their names, and nothing of the other global object is left.
  return JSON.parse(JSON.stringify(graph));
}

function readProjectFile(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`Cannot find module '${name}'`, { cause: error });
  }
}

function runModule(script: Script, context: Context, require: (name: string) => unknown): unknown {
  const module = { exports: {} };
  const run = script.runInContext(context) as CommonJs;
  run(module.exports, require, module);
  return module.exports;
}
