import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { keyArn } from '../arns.ts';
import { secretOf } from '../cryptography/key-material.ts';
import { KmsError } from '../errors.ts';
import type { KeyStore, StoredKey } from '../key-store.ts';
import { keyFor } from '../key-use.ts';
import { blob, keyIdMember, operation } from './operation.ts';

const macMembers = z.object({
  KeyId: keyIdMember,
  Message: blob(4096),
  MacAlgorithm: z.enum(['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512']),
});
type MacInput = z.infer<typeof macMembers>;

const GenerateMac = operation(macMembers, (input, store) => {
  const { key, mac } = macFor('GenerateMac', input, store);
  return { KeyId: keyArn(key.id), Mac: mac.toString('base64'), MacAlgorithm: input.MacAlgorithm };
});

const VerifyMac = operation(macMembers.extend({ Mac: blob(6144) }), (input, store) => {
  const { key, mac } = macFor('VerifyMac', input, store);
  if (input.Mac.length !== mac.length || !timingSafeEqual(input.Mac, mac)) {
    throw new KmsError('KMSInvalidMacException', 'The MAC is not valid for this message and key.');
  }
  return { KeyId: keyArn(key.id), MacValid: true, MacAlgorithm: input.MacAlgorithm };
});

/** The operations for message authentication codes with HMAC keys. */
export const macOperations = { GenerateMac, VerifyMac };

function macFor(name: string, input: MacInput, store: KeyStore): { readonly key: StoredKey; readonly mac: Buffer } {
  const need = { operation: name, usage: 'GENERATE_VERIFY_MAC', algorithm: input.MacAlgorithm } as const;
  const key = keyFor(store, input.KeyId, need);
  const hash = input.MacAlgorithm.replace('HMAC_SHA_', 'sha');
  return { key, mac: createHmac(hash, secretOf(key)).update(input.Message).digest() };
}
