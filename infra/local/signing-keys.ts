import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DescribeKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';

/** The ARNs of the workspace's KMS keys. */
export interface LocalKeys {
  /** The setting MINTMARK_SIGNING_KEYS: JSON with algorithm → ARN. */
  readonly signing: string;
  readonly wrapping: string;
}

/** Finds the workspace's KMS keys by their aliases, or creates them. */
export async function provideKeys(): Promise<LocalKeys> {
  const client = new KMSClient({});
  const signing = (name: string, KeySpec: NonNullable<CreateKeyCommandInput['KeySpec']>) =>
    provideKey(client, `alias/mintmark/${name}`, { KeySpec, KeyUsage: 'SIGN_VERIFY' });
  const [RS256, PS256, ES256, EdDSA, wrapping] = await Promise.all([
    signing('rs256', 'RSA_2048'),
    signing('ps256', 'RSA_2048'),
    signing('es256', 'ECC_NIST_P256'),
    signing('eddsa', 'ECC_NIST_EDWARDS25519'),
    provideKey(client, 'alias/mintmark/wrapping', { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' }),
  ]);
  client.destroy();
  return { signing: JSON.stringify({ RS256, PS256, ES256, EdDSA }), wrapping };
}

async function provideKey(client: KMSClient, alias: string, spec: CreateKeyCommandInput): Promise<string> {
  const found = await findKey(client, alias);
  if (found !== undefined) return found;
  const { KeyMetadata } = await client.send(new CreateKeyCommand(spec));
  if (KeyMetadata?.Arn === undefined) throw new Error('KMS created a key but did not return its ARN.');
  await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata.KeyId }));
  return KeyMetadata.Arn;
}

async function findKey(client: KMSClient, alias: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeKeyCommand({ KeyId: alias }))).KeyMetadata?.Arn;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined;
    throw error;
  }
}
