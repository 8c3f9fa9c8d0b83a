import type { Client } from '../records/client.ts';
import { proofOf } from '../registration/registration.ts';
import type { CredentialName, LastUses, UsageReader } from './ports.ts';

/** The selector of a client's keys. All keys of a client count as one credential. */
export const KEY_SELECTOR = 'key';

/** The selector of a client's certificate, which is registered by its name or its key. */
export const CERTIFICATE_SELECTOR = 'certificate';

/** The selector of a federated credential: the client trusts an issuer in place of a secret. */
export const TRUST_SELECTOR = 'trust';

/** Names a credential among the credentials of all clients. */
export function credentialKey({ clientId, selector }: CredentialName): string {
  return `${clientId}#${selector}`;
}

/** Reads when the credentials of these clients were last used: by `credentialKey`, in Unix time. */
export function lastUsesOf(clients: readonly Client[], { usage }: { readonly usage: UsageReader }): Promise<LastUses> {
  const names = clients.flatMap((client) => {
    const keys = proofOf(client) === 'assertion' ? [KEY_SELECTOR] : [];
    const trusts = client.trust === undefined ? [] : [TRUST_SELECTOR];
    const selectors = [...client.secrets.map(({ selector }) => selector), ...keys, ...trusts];
    return selectors.map((selector) => ({ clientId: client.id, selector }));
  });
  return usage.lastUses(names);
}
