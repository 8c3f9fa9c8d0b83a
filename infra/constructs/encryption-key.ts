import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { unusedKey } from '../key-use.ts';

const throughDynamoDb = { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` };
const fromThisAccount = { 'kms:CallerAccount': Aws.ACCOUNT_ID };

/** The properties of the encryption key. */
export interface EncryptionKeyProps {
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The symmetric KMS key that encrypts the tables and wraps peppers, signing secrets and signing keys. KMS renews its
 * material every year. Only roles with a grant for one of these can decrypt with it directly.
 */
export class EncryptionKey extends Key {
  constructor(scope: Construct, id: string, { removalPolicy }: EncryptionKeyProps) {
    super(scope, id, {
      ...unusedKey(removalPolicy),
      description: "Encrypts Mintmark's tables and wraps its pepper",
      enableKeyRotation: true,
    });
    this.#admitDynamoDb();
  }

  /**
   * Permits a role to read and write tables that this key encrypts. DynamoDB asks KMS for a table's key in the name of
   * the role, and states the table's name.
   */
  permitTables(role: IRole, tableNames: readonly string[]): void {
    const forTheseTables = { 'kms:EncryptionContext:aws:dynamodb:tableName': [...tableNames] };
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.keyArn],
        conditions: { StringEquals: { ...throughDynamoDb, ...forTheseTables } },
      }),
    );
  }

  /**
   * Permits DynamoDB to use the key for all principals of this account; IAM decides who may use the tables. The actions
   * are from "DynamoDB encryption at rest: usage notes" in the AWS documentation. Only DynamoDB can use the KMS grant
   * that it creates for its background work.
   */
  #admitDynamoDb(): void {
    const account = [new AccountRootPrincipal()];
    const conditions = { StringEquals: { ...throughDynamoDb, ...fromThisAccount } };
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TablesThroughDynamoDb',
        principals: account,
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: ['*'],
        conditions,
      }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'BackgroundWorkOfDynamoDb',
        principals: account,
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: { ...conditions, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
    );
  }
}
