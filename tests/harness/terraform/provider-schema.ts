/**
 * What may be written for Google's provider of Terraform, out of the type declarations that are
 * published of it for programs: names, types, what is required, and what the cloud fills in.
 */
export interface SchemaBlock {
  attributes: SchemaAttribute[];
  blocks: { name: string; single: boolean; block: SchemaBlock }[];
}

export interface SchemaAttribute {
  name: string;
  /** A type in Terraform's JSON notation. */
  type: unknown;
  required: boolean;
  optional: boolean;
  computed: boolean;
}

/** Of the declarations of one resource, data source or provider. */
export function schemaOf(declarations: string): SchemaBlock {
  const bodies = new Map(
    [...declarations.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].map(
      ([, name = '', body = '']) => [name, body] as const,
    ),
  );
  const config = [...bodies.keys()].find((name) => name.endsWith('Config')) ?? '';
  const own = blockOf(bodies, config);
  const isKnown = (name: string) =>
    [...own.attributes, ...own.blocks].some((part) => part.name === name);
  const computed = gettersOf(declarations).filter(({ name }) => !isKnown(name));
  const attributes = own.attributes.map((attribute) =>
    attribute.required ? attribute : { ...attribute, computed: true },
  );
  return { attributes: [...attributes, ...computed], blocks: own.blocks };
}

const member = /\/\*\*([\s\S]*?)\*\/\s*readonly \w+(\??): (\{[\s\S]*?\}|[^;{]+);/g;

function blockOf(bodies: ReadonlyMap<string, string>, name: string): SchemaBlock {
  const made: SchemaBlock = { attributes: [], blocks: [] };
  for (const [, comment = '', mark, type = ''] of (bodies.get(name) ?? '').matchAll(member)) {
    const field = /#(\w+) \w+#/.exec(comment)?.[1];
    if (field === undefined) continue;
    if (/^\s*\* \w+ block\.?\s*$/m.test(comment)) {
      const inner = /([A-Z]\w+)(\[\])?/.exec(type.replace('cdktf.IResolvable', ''))?.[1] ?? '';
      const block = blockOf(bodies, inner);
      made.blocks.push({ name: field, single: !type.includes('[]'), block });
    } else {
      const required = mark === '';
      const flags = { required, optional: !required, computed: false };
      made.attributes.push({ name: field, type: typeOf(type), ...flags });
    }
  }
  return made;
}

/** What the class of a resource reads: the last class of its file. */
function gettersOf(declarations: string): SchemaAttribute[] {
  const main = declarations.slice(declarations.lastIndexOf('export declare class '));
  return [...main.matchAll(/^ {4}get (\w+)\(\): (\{[\s\S]*?\}[^;{]*|[^;{]+);/gm)]
    .filter(([, name = '']) => !name.endsWith('Input'))
    .map(([, name = '', type = '']) => ({
      name: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      type: typeOf(type),
      required: false,
      optional: false,
      computed: true,
    }));
}

function typeOf(type: string): unknown {
  const text = type.replaceAll(/\s/g, '').replaceAll(/\|?cdktf\.IResolvable\|?/g, '');
  if (text === 'string' || text === 'number') return text;
  if (text === 'boolean') return 'bool';
  if (text === 'string[]') return ['list', 'string'];
  if (text === 'number[]') return ['list', 'number'];
  if (text.includes('[key:string]:string') || text === 'cdktf.StringMap') return ['map', 'string'];
  return 'dynamic';
}
