import type { Client } from './records.ts';

/** What a client proves itself with: secrets, a key of its own, or the tokens of an issuer that it trusts. */
export const credentialTypes = ['secret', 'key', 'trust'] as const;
export type CredentialType = (typeof credentialTypes)[number];

/** What this client proves itself with. */
export function credentialTypeOf({ key, trust }: Pick<Client, 'key' | 'trust'>): CredentialType {
  if (trust !== undefined) return 'trust';
  return key === undefined ? 'secret' : 'key';
}
