import type { Clock } from '../ambient.ts';
import type { Client } from '../records/client.ts';
import { proofOf } from '../registration/registration.ts';
import { networkOf } from './attempt-limits.ts';
import type { CredentialName, LastUses, UsageReader } from './ports.ts';

/** The selector of a client's keys. All keys of a client count as one credential. */
export const KEY_SELECTOR = 'key';

/** The selector of a client's certificate, which is registered by its name or its key. */
export const CERTIFICATE_SELECTOR = 'certificate';

/** The selector of a federated credential: the client trusts an issuer in place of a secret. */
export const TRUST_SELECTOR = 'trust';

/** For so long after its last use from a network, an imported secret is known there. */
const NETWORK_KNOWN_SECONDS = 2_592_000;

/** Names a credential together with the network that it was used from. The note of it is kept beside other notes. */
export function credentialFrom({ clientId, selector }: CredentialName, source: string): CredentialName {
  return { clientId, selector: `${selector} from ${networkOf(source)}` };
}

/**
 * Whether a credential was used from the network of this source in the last 30 days.
 * @throws DomainError `temporarily_unavailable`
 */
export async function isKnownThere(
  credential: CredentialName,
  source: string,
  { usage, clock }: { readonly usage: UsageReader; readonly clock: Clock },
): Promise<boolean> {
  const name = credentialFrom(credential, source);
  const usedAtSeconds = (await usage.lastUses([name])).get(credentialKey(name));
  return usedAtSeconds !== undefined && clock.nowSeconds() < usedAtSeconds + NETWORK_KNOWN_SECONDS;
}

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
