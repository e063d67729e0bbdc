import { type Style, styleFor } from './style.ts';

/** One of the two streams a command writes to. */
export interface TextOutput {
  stream: NodeJS.WriteStream;
  style: Style;
  /** Whether a person looks at it now, in a window that can be drawn in. */
  isTerminal: boolean;
  write(text: string): void;
  line(text?: string): void;
}

/** Where answers go (`out`) and where everything else goes (`err`). */
export interface Terminal {
  out: TextOutput;
  err: TextOutput;
}

export const terminalOf = (stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal => ({
  out: outputOf(stdout),
  err: outputOf(stderr),
});

const outputOf = (stream: NodeJS.WriteStream): TextOutput => ({
  stream,
  style: styleFor(stream),
  isTerminal: stream.isTTY === true && stream.columns > 0,
  write: (text) => void stream.write(text),
  line: (text = '') => void stream.write(`${text}\n`),
});
