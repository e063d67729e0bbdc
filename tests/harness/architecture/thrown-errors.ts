/** The details that are written out where a `TriadError` is made; made from others, they are not seen. */
export function detailsGiven(text: string): { code: string; details: string[] }[] {
  return [...text.matchAll(/new TriadError\(\s*'([A-Z_]+)'\s*([,)])/g)].flatMap((match) => {
    const [whole, code = '', next] = match;
    if (next === ')') return [{ code, details: [] }];
    const rest = text.slice(match.index + whole.length).trimStart();
    if (!rest.startsWith('{')) return [];
    const parts = topLevelParts(rest);
    if (parts.some((part) => part.startsWith('...'))) return [];
    return [{ code, details: parts.map((part) => /^['"]?(\w+)/.exec(part)?.[1] ?? part) }];
  });
}

const opening = '{([';
const closing = '})]';

/** The parts between the commas of the object literal that `text` starts with. */
function topLevelParts(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const [index, character] of [...text].entries()) {
    if (quote !== '') {
      if (character === quote && text[index - 1] !== '\\') quote = '';
    } else if ('\'"`'.includes(character)) quote = character;
    else if (opening.includes(character)) depth += 1;
    else if (closing.includes(character)) depth -= 1;
    if (depth === 0) break;
    if (depth === 1 && character === ',' && quote === '') parts.push('');
    else if (index > 0) parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
