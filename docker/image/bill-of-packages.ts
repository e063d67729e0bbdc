import { readFileSync } from 'node:fs';

/*
 * node bill-of-packages.ts SBOM LIST…: the bill of materials of npm's packages, to standard output, with the
 * packages of the operating system and Node itself added. A line of a LIST is
 * `DISTRIBUTION STATUS NAME VERSION ARCHITECTURE`, of list-packages.sh.
 */

interface Component {
  'bom-ref': string;
  type: 'library' | 'application';
  name: string;
  version: string;
  purl: string;
}

/** As the specification of package URLs has it: a colon, as in a version's epoch, stays. */
const encode = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');

function componentOf(line: string): Component[] {
  const [distribution = '', status, name = '', version = '', architecture] = line.split(/\s+/);
  // What was removed may have left its settings.
  if (status !== 'ii') return [];
  const purl = `pkg:deb/${distribution}/${name}@${encode(version)}?arch=${architecture}`;
  return [{ 'bom-ref': purl, type: 'library', name, version, purl }];
}

function nodeItself(): Component {
  const { node: version } = process.versions;
  const purl = `pkg:generic/node@${version}`;
  return { 'bom-ref': purl, type: 'application', name: 'node', version, purl };
}

const [, , file = '', ...lists] = process.argv;
const bill = JSON.parse(readFileSync(file, 'utf8')) as { components: object[] };
const lines = lists.flatMap((list) => readFileSync(list, 'utf8').split('\n'));
const components = [...bill.components, nodeItself(), ...lines.flatMap(componentOf)];
process.stdout.write(`${JSON.stringify({ ...bill, components }, null, 2)}\n`);
