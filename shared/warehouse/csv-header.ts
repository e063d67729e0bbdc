import { open } from 'node:fs/promises';

/** Longer than any header line that is one. */
const longest = 1 << 16;

/**
 * The names in the first line of a CSV file (RFC 4180, a line break within quotes aside), read
 * without a guess about the rest of the file. Throws when the file does not begin with text.
 */
export async function readCsvHeader(path: string, delimiter: string): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(longest) });
    const [line = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1);
    if (/[^\P{Cc}\t]|\uFFFD/u.test(line)) throw new Error('its first line is no UTF-8 text');
    return line === '' ? [] : splitLine(line, delimiter);
  } finally {
    await file.close();
  }
}

function splitLine(line: string, delimiter: string): string[] {
  const mark = `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${mark}]*))${mark}`, 'y');
  const text = line + delimiter;
  const names: string[] = [];
  for (let match = field.exec(text); match; match = field.exec(text)) {
    const [whole, quoted, plain = ''] = match;
    names.push(quoted?.replaceAll('""', '"') ?? plain);
    if (match.index + whole.length === text.length) return names;
  }
  throw new Error(`its first line has a stray quote: ${line}`);
}
