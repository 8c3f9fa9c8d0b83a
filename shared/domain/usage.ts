import type { CredentialName, LastUses, UsageReader } from './ports.ts';
import type { Client } from './records.ts';

/** Names a credential among those of all clients. */
export function credentialKey({ clientId, selector }: CredentialName): string {
  return `${clientId}#${selector}`;
}

/** When the secrets of these clients were last used. */
export function lastUsesOf(clients: readonly Client[], { usage }: { readonly usage: UsageReader }): Promise<LastUses> {
  const names = clients.flatMap(({ id, secrets }) => secrets.map(({ selector }) => ({ clientId: id, selector })));
  return usage.lastUses(names);
}
