import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import {
  GetPublicKeyCommand,
  type KeySpec,
  type MessageType,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { compactVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { signatureHalves } from './ecdsa-der.ts';
import { arnOf, createKey, errorOf, kmsClient } from './kms-client.ts';

const kms = await startLocalKms();
const client = kmsClient(kms.url);
afterAll(() => kms.close());

interface Case {
  readonly spec: KeySpec;
  readonly algorithm: SigningAlgorithmSpec;
  readonly alg: string;
  /** The bytes of R and of S in a JOSE signature, for ECDSA only. */
  readonly halfBytes?: number;
}

const digestCases: readonly Case[] = [
  { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256', alg: 'RS256' },
  { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_384', alg: 'RS384' },
  { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_512', alg: 'RS512' },
  { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_256', alg: 'PS256' },
  { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_384', alg: 'PS384' },
  { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_512', alg: 'PS512' },
  { spec: 'RSA_3072', algorithm: 'RSASSA_PSS_SHA_384', alg: 'PS384' },
  { spec: 'RSA_4096', algorithm: 'RSASSA_PKCS1_V1_5_SHA_512', alg: 'RS512' },
  { spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256', alg: 'ES256', halfBytes: 32 },
  { spec: 'ECC_NIST_P384', algorithm: 'ECDSA_SHA_384', alg: 'ES384', halfBytes: 48 },
  { spec: 'ECC_NIST_P521', algorithm: 'ECDSA_SHA_512', alg: 'ES512', halfBytes: 66 },
];
const edwards: Case = { spec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512', alg: 'EdDSA' };

const keyIds = new Map<KeySpec, string>();
const publicKeys = new Map<KeySpec, KeyObject>();

beforeAll(async () => {
  const specs = new Set([...digestCases, edwards].map(({ spec }) => spec));
  await Promise.all([...specs].map(prepareKey));
});

async function prepareKey(spec: KeySpec): Promise<void> {
  const keyId = await createKey(client, spec, 'SIGN_VERIFY');
  const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
  keyIds.set(spec, keyId);
  publicKeys.set(spec, createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }));
}

function keyIdOf(spec: KeySpec): string {
  return keyIds.get(spec) ?? 'no key';
}

function publicKeyOf(spec: KeySpec): KeyObject {
  const key = publicKeys.get(spec);
  if (key === undefined) throw new Error(`There is no ${spec} key.`);
  return key;
}

/** The signing input of a JWS: two encoded parts, joined by a dot. */
function signingInput(alg: string, claims: object): string {
  return [{ alg }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

function messageOf({ algorithm }: Case, text: string, type: MessageType): Buffer {
  return type === 'RAW'
    ? Buffer.from(text)
    : createHash(`sha${algorithm.slice(-3)}`)
        .update(text)
        .digest();
}

async function sign(signed: Case, text: string, MessageType: MessageType): Promise<Buffer> {
  const Message = messageOf(signed, text, MessageType);
  const input = { KeyId: keyIdOf(signed.spec), Message, MessageType, SigningAlgorithm: signed.algorithm };
  const { Signature = new Uint8Array() } = await client.send(new SignCommand(input));
  return Buffer.from(Signature);
}

function verify(signed: Case, text: string, MessageType: MessageType, Signature: Uint8Array) {
  const Message = messageOf(signed, text, MessageType);
  const input = { KeyId: keyIdOf(signed.spec), Message, MessageType, SigningAlgorithm: signed.algorithm, Signature };
  return client.send(new VerifyCommand(input));
}

function toJose(signature: Buffer, halfBytes: number | undefined): Buffer {
  return halfBytes === undefined ? signature : Buffer.concat(signatureHalves(signature, halfBytes));
}

const invalidSignature = {
  name: 'KMSInvalidSignatureException',
  message: 'The signature is not valid for this message and key.',
  status: 400,
};

describe.each(digestCases)('$algorithm with $spec', (signed) => {
  test.each(['RAW', 'DIGEST'] as const)('signs %s messages that jose verifies', async (type) => {
    const text = signingInput(signed.alg, { sub: 'cli_1', type });
    const signature = toJose(await sign(signed, text, type), signed.halfBytes);
    const token = `${text}.${signature.toString('base64url')}`;
    const { protectedHeader } = await compactVerify(token, publicKeyOf(signed.spec));
    expect(protectedHeader).toEqual({ alg: signed.alg });
  });

  test('verifies a RAW signature as DIGEST, and the reverse', async () => {
    const valid = { KeyId: arnOf(keyIdOf(signed.spec)), SignatureValid: true, SigningAlgorithm: signed.algorithm };
    expect(await verify(signed, 'message', 'DIGEST', await sign(signed, 'message', 'RAW'))).toMatchObject(valid);
    expect(await verify(signed, 'message', 'RAW', await sign(signed, 'message', 'DIGEST'))).toMatchObject(valid);
  });

  test('refuses to verify another message, a changed and a shortened signature', async () => {
    const signature = await sign(signed, 'message', 'RAW');
    const changed = Buffer.from(signature.map((byte, index) => (index === signature.length - 9 ? byte ^ 1 : byte)));
    expect(await errorOf(verify(signed, 'another message', 'RAW', signature))).toEqual(invalidSignature);
    expect(await errorOf(verify(signed, 'message', 'RAW', changed))).toEqual(invalidSignature);
    expect(await errorOf(verify(signed, 'message', 'RAW', signature.subarray(0, -1)))).toEqual(invalidSignature);
  });

  test.each([31, 33, 47, 49, 63, 65])('refuses a digest of %i bytes', async (lengthBytes) => {
    const Message = Buffer.alloc(lengthBytes);
    const input = {
      KeyId: keyIdOf(signed.spec),
      Message,
      MessageType: 'DIGEST',
      SigningAlgorithm: signed.algorithm,
    } as const;
    expect(await errorOf(client.send(new SignCommand(input)))).toMatchObject({ name: 'ValidationException' });
  });
});

describe('ED25519_SHA_512', () => {
  test('signs RAW messages that jose verifies', async () => {
    const text = signingInput('EdDSA', { sub: 'cli_1' });
    const signature = await sign(edwards, text, 'RAW');
    await compactVerify(`${text}.${signature.toString('base64url')}`, publicKeyOf(edwards.spec));
    expect(signature).toHaveLength(64);
  });

  test('verifies its own signatures and no others', async () => {
    const signature = await sign(edwards, 'message', 'RAW');
    expect(await verify(edwards, 'message', 'RAW', signature)).toMatchObject({ SignatureValid: true });
    expect(await errorOf(verify(edwards, 'massage', 'RAW', signature))).toEqual(invalidSignature);
  });

  test('refuses DIGEST', async () => {
    expect(await errorOf(sign(edwards, 'message', 'DIGEST'))).toEqual({
      name: 'ValidationException',
      message: 'ED25519_SHA_512 takes MessageType RAW only.',
      status: 400,
    });
  });

  test('does not offer ED25519_PH_SHA_512', async () => {
    const hashed = { ...edwards, algorithm: 'ED25519_PH_SHA_512' } as const;
    expect(await errorOf(sign(hashed, 'message', 'DIGEST'))).toMatchObject({ name: 'InvalidKeyUsageException' });
  });
});

test('refuses the signature of another key', async () => {
  const p256 = { spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256', alg: 'ES256' } as const;
  const signature = await sign(p256, 'message', 'RAW');
  keyIds.set('ECC_NIST_P256', await createKey(client, 'ECC_NIST_P256', 'SIGN_VERIFY'));
  expect(await errorOf(verify(p256, 'message', 'RAW', signature))).toEqual(invalidSignature);
});

test('refuses a PSS signature presented as PKCS #1 v1.5, and the reverse', async () => {
  const pss = { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_256', alg: 'PS256' } as const;
  const pkcs1 = { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256', alg: 'RS256' } as const;
  expect(await errorOf(verify(pkcs1, 'm', 'RAW', await sign(pss, 'm', 'RAW')))).toEqual(invalidSignature);
  expect(await errorOf(verify(pss, 'm', 'RAW', await sign(pkcs1, 'm', 'RAW')))).toEqual(invalidSignature);
});

test('refuses an RSA signature that is larger than the modulus', async () => {
  const pss = { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_256', alg: 'PS256' } as const;
  expect(await errorOf(verify(pss, 'm', 'RAW', Buffer.alloc(256, 0xff)))).toEqual(invalidSignature);
});

test('refuses EXTERNAL_MU, which belongs to ML-DSA', async () => {
  const input = {
    KeyId: keyIdOf('RSA_2048'),
    Message: Buffer.alloc(64),
    SigningAlgorithm: 'RSASSA_PSS_SHA_512',
  } as const;
  const call = client.send(new SignCommand({ ...input, MessageType: 'EXTERNAL_MU' }));
  expect(await errorOf(call)).toMatchObject({ name: 'ValidationException' });
});

test('signs the same message differently each time with ECDSA and PSS, and the same with PKCS #1 v1.5', async () => {
  const differs = async (spec: KeySpec, algorithm: SigningAlgorithmSpec) => {
    const signed = { spec, algorithm, alg: '' };
    return !(await sign(signed, 'm', 'RAW')).equals(await sign(signed, 'm', 'RAW'));
  };
  expect(await differs('ECC_NIST_P256', 'ECDSA_SHA_256')).toBe(true);
  expect(await differs('RSA_2048', 'RSASSA_PSS_SHA_256')).toBe(true);
  expect(await differs('RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256')).toBe(false);
});

test('refuses 4,097 bytes RAW and signs their digest', async () => {
  const rs256 = { spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256', alg: 'RS256' } as const;
  expect(await errorOf(sign(rs256, 'x'.repeat(4097), 'RAW'))).toEqual({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less than or equal to 4096",
    status: 400,
  });
  expect(await sign(rs256, 'x'.repeat(4096), 'RAW')).toHaveLength(256);
  expect(await sign(rs256, 'x'.repeat(4097), 'DIGEST')).toHaveLength(256);
});

test('signs 500 times with P-256, also with a high S; all convert from DER to 64 bytes that verify', async () => {
  const es256 = { spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256', alg: 'ES256', halfBytes: 32 } as const;
  await prepareKey('ECC_NIST_P256');
  const publicKey = publicKeyOf('ECC_NIST_P256');
  const signed = await repeat(
    500,
    async (jti) => {
      const text = signingInput('ES256', { jti });
      const signature = toJose(await sign(es256, text, 'DIGEST'), es256.halfBytes);
      await compactVerify(`${text}.${signature.toString('base64url')}`, publicKey);
      return { lengthBytes: signature.length, isHigh: (signature[32] ?? 0) >= 0x80 };
    },
    16,
  );
  expect(signed.filter(({ lengthBytes }) => lengthBytes !== 64)).toEqual([]);
  expect(signed.filter(({ isHigh }) => isHigh).length).toBeGreaterThan(100);
});
