import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/migrate.md';

describe(PAGE, () => {
  const used = usePage(PAGE, { read: ['TENANT_ID'] });

  test('keeps the id of a tenant', () => {
    expect(used().session.answers('ids')).toEqual([
      expect.objectContaining({ id: used().session.variables.TENANT_ID, name: 'Initech' }),
    ]);
  });

  test('imports a secret, and trades it', () => {
    const [imported, token] = used().session.answers('import') as [{ secrets: object[] }, object];
    expect(imported).not.toHaveProperty('clientSecret');
    expect(imported.secrets.at(-1)).toMatchObject({ title: 'from before', lastFour: '', imported: true });
    expect(token).toMatchObject({ access_token: expect.stringMatching(/^eyJ/), scope: 'read:reports' });
  });
});
