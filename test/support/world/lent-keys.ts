import { type MaterialMaker, newMaterial } from '#infra/local/kms/key-specs.ts';
import { type LocalKms, startLocalKms } from '#infra/local/kms/kms.ts';

/** RSA keys that no engine of this process has now, the longest unused first. */
const idle: Buffer[] = [];

/**
 * Starts a KMS with borrowed RSA keys, because the search for their primes takes most of the start of a world. Two engines
 * never have the same key at the same time, and no engine has one twice.
 */
export async function startKmsWithLentKeys(): Promise<LocalKms> {
  const lent: Buffer[] = [];
  const lend: MaterialMaker = async (spec) => {
    if (spec !== 'RSA_2048') return newMaterial(spec);
    const key = idle.shift() ?? (await newMaterial(spec));
    lent.push(key);
    return key;
  };
  const kms = await startLocalKms({ newMaterial: lend });
  const close = async () => {
    await kms.close();
    idle.push(...lent.splice(0));
  };
  return { ...kms, close };
}
