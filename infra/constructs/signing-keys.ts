import { Aws, Fn, Names, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
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

/** The tags of keys that the product creates: their workspace, and the creation that they belong to. */
const WORKSPACE_TAG = 'mintmark:workspace';
const SLOT_TAG = 'mintmark:slot';

/** Keys that the product creates in KMS, and their aliases; `GrantedResource` explains them. */
export type KeysOfProduct = 'madeKeys' | 'newKeys' | 'newAliases' | 'namedKeys' | 'keyList' | 'aliasList';

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
  /**
   * How the alias of each key begins that the product creates. It contains the id of the stack, because a stack that was
   * removed may have left keys under the same workspace.
   */
  readonly aliasPrefix: string;
  /** The last part of the stack's id, which AWS never gives to another stack. */
  readonly #stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  /** The policy for keys that the product creates. The product fills in each key's algorithm. */
  readonly policyOfMade: PolicyDocument;

  constructor(scope: Construct, id: string, { algorithms, removalPolicy }: SigningKeysProps) {
    super(scope, id);
    if (algorithms.length === 0) throw new Error('Mintmark needs at least one signing algorithm.');
    this.workspace = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.aliasPrefix = `alias/mintmark/${this.workspace}/${this.#stackId}/`;
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
   * Permits a role these actions with keys that the product creates.
   *
   * The policy of such a key alone says which roles may use it. No role's policy selects keys by their tag: the function
   * that makes keys may set this tag, and KMS lets it do that at any key of the account. The function that keeps the
   * policies selects keys by their alias. The function that makes keys can give such an alias only to a key whose policy
   * names it, because KMS asks for a right at the alias and for a right at the key.
   */
  permitOfProduct(role: Role, keys: KeysOfProduct, actions: readonly string[]): void {
    if (keys === 'madeKeys') {
      this.#permitMade(role, actions);
      return;
    }
    if (keys === 'newAliases') {
      this.#permitAliases(role, actions);
      return;
    }
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: ['*'],
        ...(keys === 'newKeys' && { conditions: this.#withOwnTags() }),
        ...(keys === 'namedKeys' && { conditions: this.#withOwnAlias() }),
      }),
    );
  }

  #permitAliases(role: Role, actions: readonly string[]): void {
    const aliases = `${this.aliasPrefix}*`;
    const resources = [Stack.of(this).formatArn({ service: 'kms', resource: aliases })];
    role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources }));
    const asNagWritesIt = aliases.replace(this.#stackId, JSON.stringify(Stack.of(this).resolve(this.#stackId)));
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:${asNagWritesIt}]`,
      reason: 'The aliases belong to this deployment, and their last part is random.',
    });
  }

  #permitMade(role: Role, actions: readonly string[]): void {
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

  /** Limits a statement to signing keys with the tags of this workspace, and to no other tags. */
  #withOwnTags() {
    return {
      StringEquals: { [`aws:RequestTag/${WORKSPACE_TAG}`]: this.workspace, 'kms:KeyUsage': 'SIGN_VERIFY' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [WORKSPACE_TAG, SLOT_TAG] },
    };
  }

  /** Limits a statement to keys with an alias of this deployment. */
  #withOwnAlias() {
    return { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': `${this.aliasPrefix}*` } };
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
