import { ArnFormat, Names, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type IRole, type PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { permitKeyUse, unusedKey, unusedPolicy } from './key-use.ts';

/** How KMS calls the algorithms of JOSE. */
const inKms = {
  RS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
  PS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PSS_SHA_256' },
  ES256: { keySpec: KeySpec.ECC_NIST_P256, algorithm: 'ECDSA_SHA_256' },
  EdDSA: { keySpec: KeySpec.ECC_NIST_EDWARDS25519, algorithm: 'ED25519_SHA_512' },
} as const satisfies Record<SigningAlgorithm, object>;

/** Stands for a key's own algorithm in the policy that the product gives to keys. */
const OWN_ALGORITHM = '{signingAlgorithm}';

/** Keys in KMS by how far they have got; see `GrantedResource`. */
export type KeysOfProduct = 'madeKeys' | 'newKeys' | 'keyList';

export interface SigningKeysProps {
  readonly algorithms: readonly SigningAlgorithm[];
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The workspace's first signing keys, one for each algorithm, each with an alias `alias/mintmark/<unique>/<algorithm>`;
 * and what holds for those that the product makes in their place.
 * @throws Error without an algorithm, or with the same one twice
 */
export class SigningKeys extends Construct {
  readonly byAlgorithm: ReadonlyMap<SigningAlgorithm, Key>;
  /** What the keys that the product makes are tagged with. */
  readonly workspace: string;
  /** The ARN of any key of this account and region. */
  readonly anyKeyArn: string;

  /** The policy of keys that the product makes; it has to put in each key's own algorithm. */
  readonly policyOfMade: PolicyDocument;

  constructor(scope: Construct, id: string, { algorithms, removalPolicy }: SigningKeysProps) {
    super(scope, id);
    if (algorithms.length === 0) throw new Error('Mintmark needs at least one signing algorithm.');
    this.workspace = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.anyKeyArn = Stack.of(this).formatArn({
      service: 'kms',
      resource: 'key',
      resourceName: '*',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.byAlgorithm = new Map(algorithms.map((algorithm) => [algorithm, this.#create(algorithm, removalPolicy)]));
    this.policyOfMade = unusedPolicy();
  }

  /** Lets a role do this with all keys; with `kms:Sign`, with each key's own algorithm only. */
  permit(role: IRole, actions: readonly string[]): void {
    for (const [algorithm, key] of this.byAlgorithm) {
      for (const action of actions) {
        const conditions = action === 'kms:Sign' ? signingWith(inKms[algorithm].algorithm) : undefined;
        permitKeyUse(key, role, { actions: [action], conditions });
      }
    }
  }

  /** Lets a role do this with keys that the product makes. IAM knows them by their tags, and they know the role by their policy. */
  permitOfProduct(role: Role, keys: KeysOfProduct, actions: readonly string[]): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [keys === 'madeKeys' ? this.anyKeyArn : '*'],
        ...(keys !== 'keyList' && { conditions: { StringEquals: this.#tagged(keys, actions) } }),
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]',
      reason: 'Keys that the product makes have no ARN yet; their tag says whose they are.',
    });
    if (keys !== 'madeKeys') return;
    for (const action of actions) {
      const conditions = action === 'kms:Sign' ? signingWith(OWN_ALGORITHM) : undefined;
      this.policyOfMade.addStatements(
        new PolicyStatement({
          actions: [action],
          principals: [role],
          resources: ['*'],
          ...(conditions && { conditions }),
        }),
      );
    }
  }

  #tagged(keys: 'madeKeys' | 'newKeys', actions: readonly string[]) {
    const algorithms = [...this.byAlgorithm.keys()].map((algorithm) => inKms[algorithm].algorithm);
    const tag = `aws:${keys === 'newKeys' ? 'RequestTag' : 'ResourceTag'}/mintmark:workspace`;
    return {
      [tag]: this.workspace,
      ...(actions.includes('kms:Sign') ? { 'kms:SigningAlgorithm': algorithms } : { 'kms:KeyUsage': 'SIGN_VERIFY' }),
    };
  }

  #create(algorithm: SigningAlgorithm, removalPolicy: RemovalPolicy): Key {
    return new Key(this, algorithm, {
      ...unusedKey(removalPolicy),
      description: `Signs Mintmark's ${algorithm} access tokens`,
      alias: `mintmark/${this.workspace}/${algorithm.toLowerCase()}`,
      keySpec: inKms[algorithm].keySpec,
      keyUsage: KeyUsage.SIGN_VERIFY,
    });
  }
}

function signingWith(algorithm: string) {
  return { StringEquals: { 'kms:SigningAlgorithm': algorithm } };
}
