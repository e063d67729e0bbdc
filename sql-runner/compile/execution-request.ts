/** What Dataform is asked to compile. */
export interface CompileRequest {
  /** Absolute path of the project. */
  directory: string;
  /** Its files, relative to `directory`. */
  files: readonly string[];
  /** Dataset of everything that names none. */
  dataset: string;
  variables: Readonly<Record<string, string>>;
}

/**
 * Dataform's `CoreExecutionRequest` in protocol buffers' wire format and base64, which is how its
 * `main` takes it. Field numbers are those of @dataform/core's core.proto; all the fields used are
 * strings or messages, which are written alike.
 */
export function encodeRequest({ directory, files, dataset, variables }: CompileRequest): string {
  const entries = Object.entries(variables).map(([name, value]) =>
    message(field(1, name), field(2, value)),
  );
  const projectConfig = message(
    field(defaultSchema, dataset),
    // Tables are named dataset.table, whatever project the settings name.
    field(defaultDatabase, ''),
    ...entries.map((entry) => field(vars, entry)),
  );
  const compileConfig = message(
    field(projectDir, directory),
    ...files.map((file) => field(filePaths, file)),
    field(projectConfigOverride, projectConfig),
  );
  return field(compile, field(compileConfigField, compileConfig)).toString('base64');
}

// CoreExecutionRequest and CompileExecutionRequest
const compile = 1;
const compileConfigField = 1;
// CompileConfig
const projectDir = 1;
const projectConfigOverride = 3;
const filePaths = 8;
// ProjectConfig
const defaultSchema = 2;
const defaultDatabase = 9;
const vars = 14;

const lengthDelimited = 2;

function field(number: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return message(varint((number << 3) | lengthDelimited), varint(bytes.length), bytes);
}

const message = (...parts: Buffer[]): Buffer => Buffer.concat(parts);

/** Seven bits per byte, the lowest first; all bytes but the last have the high bit set. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
