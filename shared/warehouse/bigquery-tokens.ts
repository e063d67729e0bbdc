/** A piece of a GoogleSQL text. Comments, blanks and literals are `other`. */
export interface Token {
  kind: 'word' | 'quoted' | 'parameter' | 'symbol' | 'other';
  text: string;
}

/*
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 * In raw strings, too, a backslash keeps the quote after it from ending the string.
 */
const tokens = new RegExp(
  [
    /(?<blank>\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/,
    /(?<string>[rRbB]{0,2}(?:"""(?:\\[\s\S]|(?!""")[^\\])*"""|'''(?:\\[\s\S]|(?!''')[^\\])*'''|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'))/,
    /(?<quoted>`(?:\\[\s\S]|[^`\\])*`)/,
    /(?<parameter>@[A-Za-z_]\w*)/,
    /(?<word>[A-Za-z_]\w*)/,
    /(?<number>\d[\w.]*|@@[\w.]+)/,
    /(?<symbol>[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gy',
);

/** All of the text in pieces, in order: joined, they are the text. */
export function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(tokens), (match): Token => {
    const { quoted, parameter, word, symbol } = match.groups ?? {};
    if (quoted !== undefined) return { kind: 'quoted', text: quoted };
    if (parameter !== undefined) return { kind: 'parameter', text: parameter };
    if (word !== undefined) return { kind: 'word', text: word };
    if (symbol !== undefined) return { kind: 'symbol', text: symbol };
    return { kind: 'other', text: match[0] };
  });
}

/** Whether it is a comment or a blank. */
export const isBlank = ({ kind, text }: Token): boolean =>
  kind === 'other' && /^(\s|--|#|\/\*)/.test(text);

/** The word in capitals, as keywords are compared; empty for what is no word. */
export const keyword = (token: Token | undefined): string =>
  token?.kind === 'word' ? token.text.toUpperCase() : '';
