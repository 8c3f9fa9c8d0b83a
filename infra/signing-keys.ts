import { Names, type RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SigningAlgorithm } from '#shared/domain/records.ts';
import { permitKeyUse, unusedKey } from './key-use.ts';

/** How KMS calls the algorithms of JOSE. */
const inKms = {
  RS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
  PS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PSS_SHA_256' },
  ES256: { keySpec: KeySpec.ECC_NIST_P256, algorithm: 'ECDSA_SHA_256' },
  EdDSA: { keySpec: KeySpec.ECC_NIST_EDWARDS25519, algorithm: 'ED25519_SHA_512' },
} as const satisfies Record<SigningAlgorithm, object>;

export interface SigningKeysProps {
  readonly algorithms: readonly SigningAlgorithm[];
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The workspace's signing keys, one for each algorithm, each with an alias `alias/mintmark/<unique>/<algorithm>`.
 * @throws Error without an algorithm, or with the same one twice
 */
export class SigningKeys extends Construct {
  readonly byAlgorithm: ReadonlyMap<SigningAlgorithm, Key>;

  constructor(scope: Construct, id: string, { algorithms, removalPolicy }: SigningKeysProps) {
    super(scope, id);
    if (algorithms.length === 0) throw new Error('Mintmark needs at least one signing algorithm.');
    this.byAlgorithm = new Map(algorithms.map((algorithm) => [algorithm, this.#create(algorithm, removalPolicy)]));
  }

  /** Lets a role do this with all keys; with `kms:Sign`, with each key's own algorithm only. */
  permit(role: IRole, actions: readonly string[]): void {
    for (const [algorithm, key] of this.byAlgorithm) {
      for (const action of actions) {
        const conditions = action === 'kms:Sign' ? signingWith(algorithm) : undefined;
        permitKeyUse(key, role, { actions: [action], conditions });
      }
    }
  }

  #create(algorithm: SigningAlgorithm, removalPolicy: RemovalPolicy): Key {
    const workspace = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    return new Key(this, algorithm, {
      ...unusedKey(removalPolicy),
      description: `Signs Mintmark's ${algorithm} access tokens`,
      alias: `mintmark/${workspace}/${algorithm.toLowerCase()}`,
      keySpec: inKms[algorithm].keySpec,
      keyUsage: KeyUsage.SIGN_VERIFY,
    });
  }
}

function signingWith(algorithm: SigningAlgorithm) {
  return { StringEquals: { 'kms:SigningAlgorithm': inKms[algorithm].algorithm } };
}
