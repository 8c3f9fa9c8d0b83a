import type { CredentialName, LastUses, UsageReader } from './ports.ts';
import type { Client } from './records.ts';

/** Where a secret has a selector, a client's key, the only one it has, goes by this. */
export const KEY_SELECTOR = 'key';

/** The selector of what a client trusts in the place of a secret, of which it has one too. */
export const TRUST_SELECTOR = 'trust';

/** Names a credential among those of all clients. */
export function credentialKey({ clientId, selector }: CredentialName): string {
  return `${clientId}#${selector}`;
}

/** When the credentials of these clients were last used. */
export function lastUsesOf(clients: readonly Client[], { usage }: { readonly usage: UsageReader }): Promise<LastUses> {
  const names = clients.flatMap(({ id: clientId, secrets, key, trust }) => {
    const others = [key && KEY_SELECTOR, trust && TRUST_SELECTOR].filter((selector) => selector !== undefined);
    const selectors = [...secrets.map(({ selector }) => selector), ...others];
    return selectors.map((selector) => ({ clientId, selector }));
  });
  return usage.lastUses(names);
}
