import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import type { Postcondition } from '@triad/shared/contracts/postcondition.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** Throws `POSTCONDITION_FAILED` for the first that does not hold, with expected and actual. */
export function checkPostconditions(postconditions: Postcondition[], manifest: Manifest): void {
  for (const postcondition of postconditions) {
    const finding = check(postcondition, manifest);
    if (finding) throw new TriadError('POSTCONDITION_FAILED', finding);
  }
}

interface Finding extends Record<string, string> {
  postcondition: string;
  expected: string;
  actual: string;
}

function check(condition: Postcondition, manifest: Manifest): Finding | undefined {
  switch (condition.kind) {
    case 'output': {
      const names = manifest.outputs.map(({ name }) => name);
      if (names.includes(condition.name)) return undefined;
      return {
        postcondition: `output ${condition.name}`,
        expected: 'the output in the manifest',
        actual: names.length > 0 ? `only ${names.join(', ')}` : 'no outputs',
      };
    }
    case 'rows': {
      const rows = manifest.tables.find(({ table }) => table === condition.table)?.rows;
      return outside(`rows of ${condition.table}`, rows, condition);
    }
    case 'metric':
      return outside(`metric ${condition.metric}`, manifest.metrics[condition.metric], condition);
  }
}

function outside(
  what: string,
  value: number | undefined,
  { min, max }: { min?: number | undefined; max?: number | undefined },
): Finding | undefined {
  if (value !== undefined && value >= (min ?? -Infinity) && value <= (max ?? Infinity)) {
    return undefined;
  }
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  return {
    postcondition: what,
    expected: bounds.join(' and ') || 'a value',
    actual: value === undefined ? 'none' : String(value),
  };
}
