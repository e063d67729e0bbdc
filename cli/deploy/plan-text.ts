import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import type { Change, Plan } from './plan.ts';

/** A plan for people: a row per change, and what changes of it below. */
export function planText({ changes, unexpected, ofTerraform }: Plan, style: Style): string {
  if (changes.length + unexpected.length + ofTerraform.length === 0) return 'Nothing to change.';
  const paint = { create: style.good, update: style.warning, delete: style.bad };
  const rows = [
    ...changes.map((change) => [
      paint[change.action](change.action),
      change.resource.kind,
      change.resource.name,
      whyOf(change),
    ]),
    ...ofTerraform.map(({ action, drifted, resource: { kind, name } }) => [
      // Without a fingerprint it may be the commit that wants another one.
      style.warning(action === 'create' ? 'missing' : drifted ? 'drift' : 'differs'),
      kind,
      name,
      `terraform apply ${action === 'create' ? 'makes it' : 'sets it'}`,
    ]),
    ...unexpected.map(({ kind, name }) => [style.faint('stays'), kind, name, 'is not expected']),
  ];
  const columns = ['change', 'kind', 'name', ''].map((head) => ({ head }));
  const details = [...changes, ...ofTerraform].flatMap((change) => differenceLines(change, style));
  return [renderTable(columns, rows, style), ...(details.length > 0 ? ['', ...details] : [])].join(
    '\n',
  );
}

/** A plan for programs. */
export const planView = ({ changes, unexpected, ofTerraform }: Plan) => ({
  changes: changes.map(changeView),
  unexpected: unexpected.map(({ kind, name }) => ({ kind, name })),
  ofTerraform: ofTerraform.map(changeView),
});

const changeView = ({ action, resource: { kind, name }, differences, drifted }: Change) => ({
  action,
  kind,
  name,
  drifted,
  differences: differences.map(({ field, actual = null, desired = null }) => ({
    field,
    actual,
    desired,
  })),
});

function whyOf({ drifted, differences }: Change): string {
  if (drifted) return 'drift: changed by somebody else';
  if (differences.length === 0) return '';
  return differences.length === 1 ? '1 value' : `${differences.length} values`;
}

function differenceLines({ resource, differences }: Change, style: Style): string[] {
  if (differences.length === 0) return [];
  return [
    style.strong(`${resource.kind} ${resource.name}`),
    ...differences.map(
      ({ field, actual, desired }) => `  ${field}: ${valueText(actual)} → ${valueText(desired)}`,
    ),
  ];
}

const valueText = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
