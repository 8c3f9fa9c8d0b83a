import type { PermissionRow } from './permission-rows.ts';

/** Renders all permissions for reviewers: what each function may do, and the policy of each key. */
export function iamMatrix(ofRoles: readonly PermissionRow[], ofKeys: readonly PermissionRow[]): string {
  return [
    '# Permissions',
    '',
    'Rendered from the synthesized template. A change in this file is a change of permissions: review it with care.',
    '',
    ...sections(ofRoles, { title: ({ who }) => who, subject: ({ on }) => on }),
    ...sections(ofKeys, { title: ({ on }) => `Key policy of the ${on}`, subject: ({ who }) => who }),
  ].join('\n');
}

interface Layout {
  readonly title: (row: PermissionRow) => string;
  readonly subject: (row: PermissionRow) => string;
}

function sections(rows: readonly PermissionRow[], { title, subject }: Layout): readonly string[] {
  return [...Map.groupBy(rows, title)].flatMap(([heading, own]) => [`## ${heading}`, '', ...lines(own, subject), '']);
}

/** Renders one line for all actions under the same conditions. */
function lines(rows: readonly PermissionRow[], subject: Layout['subject']): readonly string[] {
  const grouped = Map.groupBy(rows, (row) => (row.onlyIf ? `${subject(row)}, only if ${row.onlyIf}` : subject(row)));
  return [...grouped]
    .map(([line, same]) => `- ${line}: ${[...new Set(same.map(({ action }) => `\`${action}\``))].sort().join(', ')}`)
    .sort();
}
