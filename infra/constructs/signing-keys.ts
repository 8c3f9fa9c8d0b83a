import { ArnFormat, Names, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type IRole, type PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { permitKeyUse, unusedKey, unusedPolicy } from '../key-use.ts';

/** JOSE's algorithm → KMS's names of key type and algorithm. */
const inKms = {
  RS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
  PS256: { keySpec: KeySpec.RSA_2048, algorithm: 'RSASSA_PSS_SHA_256' },
  ES256: { keySpec: KeySpec.ECC_NIST_P256, algorithm: 'ECDSA_SHA_256' },
  EdDSA: { keySpec: KeySpec.ECC_NIST_EDWARDS25519, algorithm: 'ED25519_SHA_512' },
} as const satisfies Record<SigningAlgorithm, object>;

/** Placeholder in the policy of keys that the product creates. The product replaces it with the key's algorithm. */
const OWN_ALGORITHM = '{signingAlgorithm}';

/** Keys that the product creates in KMS; `GrantedResource` explains the three. */
export type KeysOfProduct = 'madeKeys' | 'newKeys' | 'keyList';

/** The properties of the first signing keys. */
export interface SigningKeysProps {
  readonly algorithms: readonly SigningAlgorithm[];
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The workspace's first signing keys, one for each algorithm, with the alias `alias/mintmark/<unique>/<algorithm>`. It
 * also has the permissions for the keys that the product creates later.
 * @throws Error if there is no algorithm, or one algorithm twice
 */
export class SigningKeys extends Construct {
  readonly byAlgorithm: ReadonlyMap<SigningAlgorithm, Key>;
  /** The value of the tag `mintmark:workspace` on keys that the product creates. */
  readonly workspace: string;
  /** The ARN pattern of all keys of this account and region. */
  readonly anyKeyArn: string;

  /** The policy for keys that the product creates. The product fills in each key's algorithm. */
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

  /** Permits a role these actions with all first keys. `kms:Sign` is limited to each key's own algorithm. */
  permit(role: IRole, actions: readonly string[]): void {
    for (const [algorithm, key] of this.byAlgorithm) {
      for (const action of actions) {
        const conditions = action === 'kms:Sign' ? signingWith(inKms[algorithm].algorithm) : undefined;
        permitKeyUse(key, role, { actions: [action], conditions });
      }
    }
  }

  /**
   * Permits a role these actions with keys that the product creates. The role's policy selects keys by their tags, and
   * the keys' policy names the role.
   */
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
      reason:
        'Keys that the product creates later have no ARN yet; the condition on their tag limits the statement to them.',
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
