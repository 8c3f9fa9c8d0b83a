import { describe, expect, test } from 'vitest';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/audit.md';

describe(PAGE, () => {
  const used = usePage(PAGE, { read: ['CLIENT_ID'] });

  test('finds the rotation that succeeded', () => {
    const [page] = used().session.answers('audit');
    const { CLIENT_ID: clientId } = used().session.variables;
    expect(page).toMatchObject({
      items: [
        expect.objectContaining({
          type: 'client.secret.rotation_started',
          outcome: 'succeeded',
          target: expect.objectContaining({ clientId }),
        }),
      ],
    });
  });

  test('finds the client that was refused', () => {
    const [, page] = used().session.answers('audit');
    const actor = expect.objectContaining({ clientId: used().session.variables.CLIENT_ID });
    const refusal = { type: 'authentication.failed', outcome: 'refused', reason: 'invalid_client', actor };
    expect(page).toMatchObject({ items: [expect.objectContaining(refusal)] });
  });
});
