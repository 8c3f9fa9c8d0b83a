import type { StoredSecret } from '#shared/domain/records/client.ts';

/** A secret as it is stored. It differs from others by its selector only. */
export function aSecret(selector: string, changes: Partial<StoredSecret> = {}): StoredSecret {
  return {
    selector,
    hash: `hash of ${selector}`,
    lastFour: '3fQz',
    createdBy: 'cli_admin',
    createdAtSeconds: 1_800_000_000,
    ...changes,
  };
}
