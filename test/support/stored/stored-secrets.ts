import type { StoredSecret } from '#shared/domain/records/client.ts';

/** A secret as it is kept; all that tells it from others is its selector. */
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
