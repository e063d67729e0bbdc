import { styleText } from 'node:util';

/** Colours by what they mean here. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  active(text: string): string;
}

type Format = Parameters<typeof styleText>[0];

/** Colours for a stream; none when it is no terminal or NO_COLOR is set. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const paint = (format: Format) => (text: string) => styleText(format, text, { stream });
  return {
    strong: paint('bold'),
    faint: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warning: paint('yellow'),
    active: paint('cyan'),
  };
}

const asIs = (text: string): string => text;

export const plainStyle: Style = {
  strong: asIs,
  faint: asIs,
  good: asIs,
  bad: asIs,
  warning: asIs,
  active: asIs,
};
