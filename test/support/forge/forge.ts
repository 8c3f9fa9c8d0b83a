import { createHash } from 'node:crypto';
import { CreateKeyCommand, KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { base64url, decodeJwt, decodeProtectedHeader } from 'jose';
import { derToJose } from '#shared/adapters/kms/ecdsa-signature.ts';

type Members = Readonly<Record<string, unknown>>;

/** The changes to a genuine token. A member that is undefined is left out. */
export interface Variation {
  readonly header?: Members;
  readonly claims?: Members;
  /** Any text in the place of the claims. */
  readonly payload?: string;
  /** The key that signs; by default the workspace's RS256 key. */
  readonly signer?: KmsSigner;
}

/** A key in KMS and the algorithm that it signs with. */
export interface KmsSigner {
  readonly keyId: string;
  readonly algorithm: SigningAlgorithmSpec;
}

/** The workspace's own keys. The signature of each token that they sign is valid, however odd the token is. */
export const workspaceKeys = {
  RS256: { keyId: 'alias/mintmark/rs256', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
  ES256: { keyId: 'alias/mintmark/es256', algorithm: 'ECDSA_SHA_256' },
} as const satisfies Record<string, KmsSigner>;

/** Makes variations of a genuine token. */
export interface Forge {
  readonly genuine: string;
  readonly header: Members;
  readonly claims: Members;
  /** The genuine token with something changed, validly signed by a KMS key. */
  vary(variation: Variation): Promise<string>;
  /** `header.payload` of a variation, for signing it some other way. */
  unsigned(variation: Omit<Variation, 'signer'>): string;
  /** A KMS key that is not one of the workspace's. */
  foreignKey(): Promise<KmsSigner>;
  close(): void;
}

/** Makes variations of one genuine token. Its KMS is the one that the AWS SDK of this process finds. */
export function openForge(genuine: string): Forge {
  const kms = new KMSClient({});
  const header = decodeProtectedHeader(genuine) as Members;
  const claims = decodeJwt(genuine);
  const unsigned: Forge['unsigned'] = (change) => {
    const payload = change.payload ?? JSON.stringify({ ...claims, ...change.claims });
    return `${base64url.encode(JSON.stringify({ ...header, ...change.header }))}.${base64url.encode(payload)}`;
  };
  return {
    genuine,
    header,
    claims,
    unsigned,
    vary: async ({ signer = workspaceKeys.RS256, ...change }) => {
      const input = unsigned(change);
      return `${input}.${base64url.encode(await sign(kms, signer, input))}`;
    },
    foreignKey: async () => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }));
      return { ...workspaceKeys.RS256, keyId: KeyMetadata?.KeyId ?? '' };
    },
    close: () => kms.destroy(),
  };
}

async function sign(kms: KMSClient, { keyId, algorithm }: KmsSigner, input: string): Promise<Uint8Array> {
  const { Signature = new Uint8Array() } = await kms.send(
    new SignCommand({
      KeyId: keyId,
      Message: createHash('sha256').update(input).digest(),
      MessageType: 'DIGEST',
      SigningAlgorithm: algorithm,
    }),
  );
  return algorithm === 'ECDSA_SHA_256' ? derToJose(Signature, 32) : Signature;
}
