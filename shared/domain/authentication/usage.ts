import type { Client } from '../records/client.ts';
import { proofOf } from '../registration/registration.ts';
import type { CredentialName, LastUses, UsageReader } from './ports.ts';

/** Where a secret has a selector, a client's key goes by this; several that it has are one credential. */
export const KEY_SELECTOR = 'key';

/** The selector of a client's certificate, known by its name or by its key. */
export const CERTIFICATE_SELECTOR = 'certificate';

/** The selector of what a client trusts in the place of a secret, of which it has one too. */
export const TRUST_SELECTOR = 'trust';

/** Names a credential among those of all clients. */
export function credentialKey({ clientId, selector }: CredentialName): string {
  return `${clientId}#${selector}`;
}

/** When the credentials of these clients were last used. */
export function lastUsesOf(clients: readonly Client[], { usage }: { readonly usage: UsageReader }): Promise<LastUses> {
  const names = clients.flatMap((client) => {
    const keys = proofOf(client) === 'assertion' ? [KEY_SELECTOR] : [];
    const trusts = client.trust === undefined ? [] : [TRUST_SELECTOR];
    const selectors = [...client.secrets.map(({ selector }) => selector), ...keys, ...trusts];
    return selectors.map((selector) => ({ clientId: client.id, selector }));
  });
  return usage.lastUses(names);
}
