import type { CredentialName, LastUses, UsageReader } from './ports.ts';
import type { Client } from './records.ts';

/** Where a secret has a selector, a client's key, the only one it has, goes by this. */
export const KEY_SELECTOR = 'key';

/** Names a credential among those of all clients. */
export function credentialKey({ clientId, selector }: CredentialName): string {
  return `${clientId}#${selector}`;
}

/** When the secrets and keys of these clients were last used. */
export function lastUsesOf(clients: readonly Client[], { usage }: { readonly usage: UsageReader }): Promise<LastUses> {
  const names = clients.flatMap(({ id: clientId, secrets, key }) => {
    const selectors = [...secrets.map(({ selector }) => selector), ...(key === undefined ? [] : [KEY_SELECTOR])];
    return selectors.map((selector) => ({ clientId, selector }));
  });
  return usage.lastUses(names);
}
