import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { guaranteesDocument } from './document.ts';
import { guarantees } from './guarantees.ts';

/* npm run guarantees: writes GUARANTEES.md. */

const file = resolve(import.meta.dirname, '../../GUARANTEES.md');
writeFileSync(file, guaranteesDocument(guarantees));
process.stdout.write(`${file} is written\n`);
