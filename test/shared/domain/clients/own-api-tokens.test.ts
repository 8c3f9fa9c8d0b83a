import { expect, test, vi } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { listMyTokens } from '#shared/domain/clients/own-api-tokens.ts';
import { lookAt } from '#test/support/ports/look-at.ts';

const ada: ManagementCaller = {
  ...{ clientId: 'cli_portal', subject: 'usr_ada', userId: 'usr_ada', scope: { type: 'self', userId: 'usr_ada' } },
  ...{ permissions: ['read:my-tokens'], roles: [], heldPermissions: [] },
};

test('H11: a list whose reads all fail, one after the other, leaves no failure that nobody awaits and that ends the process', async () => {
  const unheard = vi.fn();
  process.on('unhandledRejection', unheard);
  const first = new Error('The index does not answer.');
  const later = Promise.withResolvers<never>();
  const listing = listMyTokens(
    ada,
    { limit: 10 },
    {
      records: { open: () => ({ ...lookAt({}), find: () => later.promise }) },
      directoryList: { list: () => Promise.reject(first) },
      clientList: { list: async () => ({ items: [] }) },
      clock: { nowSeconds: () => 0 },
    },
  );
  await expect(listing).rejects.toBe(first);
  later.reject(new Error('The table does not answer either.'));
  // Node reports such a failure after the microtasks of the turn in which it came.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unheard);
  expect(unheard).not.toHaveBeenCalled();
});
