import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { unusedKey } from './key-use.ts';

const throughDynamoDb = { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` };
const fromThisAccount = { 'kms:CallerAccount': Aws.ACCOUNT_ID };

export interface EncryptionKeyProps {
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The symmetric key that encrypts the tables and wraps the pepper; KMS renews its material every year.
 * Nobody decrypts with it directly but the roles that the pepper's grants name.
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
   * Lets a role read and write tables encrypted with this key. DynamoDB asks KMS for a table's key in the name of
   * whoever touches the table, and says which table it is for.
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
   * Tables belong to IAM: whoever IAM lets create or use them may use the key for that, and only for that. The actions
   * are those that "DynamoDB encryption at rest: usage notes" of the AWS documentation asks for; the grant that DynamoDB
   * makes for its background work stays with DynamoDB.
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
