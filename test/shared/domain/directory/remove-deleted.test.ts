import { describe, expect, test } from 'vitest';
import { removeDeleted } from '#shared/domain/directory/remove-deleted.ts';
import type { ClientRemoval } from '#shared/domain/records/change-record.ts';
import type { Page, PageRequest } from '#shared/domain/records/lists.ts';
import type { DirectoryKind } from '#shared/domain/records/record-key.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { aClient, aTenant } from '#test/support/ports/records.ts';
import { standingClock } from '#test/support/world/clock.ts';

/** How many rows a run reads before it removes them. */
const PAGE_ROWS = 25;

/**
 * Ports with a deleted tenant that has `tokens` API tokens. They count the tokens that a run has read and not yet
 * removed.
 */
function deletedTenant(tokens: number) {
  const clock = standingClock();
  const ids = Array.from({ length: tokens }, (_, index) => `cli_${index}`);
  const stored = new Set(ids);
  const notes = new Set(['rem_1']);
  const held = new Set<string>();
  let heldMax = 0;
  const emptyPage = { items: [] };
  const pageOfTokens = ({ limit, cursor = '0' }: PageRequest): Page<ReturnType<typeof aClient>> => {
    const start = Number(cursor);
    const items = ids.slice(start, start + limit).map((id) => aClient({ id }));
    for (const { id } of items) held.add(id);
    heldMax = Math.max(heldMax, held.size);
    return { items, ...(start + limit < tokens && { nextCursor: String(start + limit) }) };
  };
  const removal = {
    id: 'rem_1',
    deleted: { type: 'tenant', tenantId: 'ten_acme' },
    createdAtSeconds: clock.nowSeconds() - 60,
    version: 1,
  } as const;
  return {
    clock,
    records: { open: () => lookAt({ tenant: { ten_acme: aTenant({ status: 'deleted' }) } }) },
    directoryList: {
      list: async ({ kind }: { readonly kind: DirectoryKind }): Promise<Page<never>> =>
        kind === 'removal' && notes.size > 0 ? { items: [removal as never] } : emptyPage,
    },
    clientList: {
      list: async (owner: object, page: PageRequest) => ('userId' in owner ? emptyPage : pageOfTokens(page)),
    },
    clientRemover: {
      remove: async (id: string): Promise<ClientRemoval> => {
        held.delete(id);
        return stored.delete(id) ? 'removed' : 'missing';
      },
    },
    clientChanger: { replace: async () => true },
    remains: { remove: async ({ id }: { readonly id: string }) => notes.delete(id) },
    left: () => [stored.size, notes.size],
    heldMax: () => heldMax,
  };
}

describe('T8: removing a tenant with 10,000 API tokens', () => {
  test('removes all tokens, and never holds more than a page of them', async () => {
    const tenant = deletedTenant(10_000);
    expect(await removeDeleted(tenant)).toEqual({ rows: 10_000, finished: 1 });
    expect([tenant.left(), tenant.heldMax()]).toEqual([[0, 0], PAGE_ROWS]);
  });

  test('stops after forty seconds: the current page is removed and the note is kept', async () => {
    const tenant = deletedTenant(10_000);
    let removed = 0;
    const slow = {
      ...tenant,
      clientRemover: {
        remove: async (id: string) => {
          removed += 1;
          if (removed === 60) tenant.clock.advance(40);
          return tenant.clientRemover.remove(id);
        },
      },
    };
    expect(await removeDeleted(slow)).toEqual({ rows: 3 * PAGE_ROWS, finished: 0 });
    expect(tenant.left()).toEqual([10_000 - 3 * PAGE_ROWS, 1]);
  });

  test('keeps the note if an index shows an old version of a row', async () => {
    const tenant = deletedTenant(1);
    const changed = { ...tenant, clientRemover: { remove: async () => 'changed' as const } };
    await expect(removeDeleted(changed)).rejects.toMatchObject({ code: 'conflict' });
    expect(tenant.left()).toEqual([1, 1]);
  });
});
