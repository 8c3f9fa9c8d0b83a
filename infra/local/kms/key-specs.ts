import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const generatePair = promisify(generateKeyPair);

/** The values of `KeyUsage`, the purpose of a key. It is set at creation and never changes. */
export const keyUsages = [
  'SIGN_VERIFY',
  'ENCRYPT_DECRYPT',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
] as const;

/** The purpose of a key. */
export type KeyUsage = (typeof keyUsages)[number];

/** The properties of a `KeySpec`. */
export interface KeySpecification {
  readonly isAsymmetric: boolean;
  /** Usage → the algorithms of a key with this spec and usage. */
  readonly algorithms: Readonly<Partial<Record<KeyUsage, readonly string[]>>>;
  /** Usages of this spec that KMS has but this endpoint lacks. */
  readonly missingUsages: readonly KeyUsage[];
  /** Generates key material: PKCS #8 in DER for asymmetric keys, bytes for the others. */
  readonly generate: () => Promise<Buffer>;
}

const rsaSigningAlgorithms = ['PKCS1_V1_5', 'PSS'].flatMap((padding) =>
  ['256', '384', '512'].map((bits) => `RSASSA_${padding}_SHA_${bits}`),
);

function rsa(modulusLength: number): KeySpecification {
  return {
    isAsymmetric: true,
    algorithms: { SIGN_VERIFY: rsaSigningAlgorithms },
    missingUsages: ['ENCRYPT_DECRYPT'],
    generate: async () => pkcs8(await generatePair('rsa', { modulusLength })),
  };
}

function nistCurve(namedCurve: string, algorithm: string): KeySpecification {
  return {
    isAsymmetric: true,
    algorithms: { SIGN_VERIFY: [algorithm] },
    missingUsages: ['KEY_AGREEMENT'],
    generate: async () => pkcs8(await generatePair('ec', { namedCurve })),
  };
}

function secret(usage: KeyUsage, algorithm: string, lengthBytes: number): KeySpecification {
  return {
    isAsymmetric: false,
    algorithms: { [usage]: [algorithm] },
    missingUsages: [],
    generate: async () => randomBytes(lengthBytes),
  };
}

function pkcs8({ privateKey }: { privateKey: KeyObject }): Buffer {
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

/**
 * The key specs of this endpoint. Ed25519 lacks the algorithm `ED25519_PH_SHA_512`, because JOSE has no name for it. It
 * is refused like an algorithm that does not fit the key.
 */
export const keySpecifications = {
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: nistCurve('P-256', 'ECDSA_SHA_256'),
  ECC_NIST_P384: nistCurve('P-384', 'ECDSA_SHA_384'),
  ECC_NIST_P521: nistCurve('P-521', 'ECDSA_SHA_512'),
  ECC_NIST_EDWARDS25519: {
    isAsymmetric: true,
    algorithms: { SIGN_VERIFY: ['ED25519_SHA_512'] },
    missingUsages: [],
    generate: async () => pkcs8(await generatePair('ed25519')),
  },
  HMAC_224: secret('GENERATE_VERIFY_MAC', 'HMAC_SHA_224', 28),
  HMAC_256: secret('GENERATE_VERIFY_MAC', 'HMAC_SHA_256', 32),
  HMAC_384: secret('GENERATE_VERIFY_MAC', 'HMAC_SHA_384', 48),
  HMAC_512: secret('GENERATE_VERIFY_MAC', 'HMAC_SHA_512', 64),
  SYMMETRIC_DEFAULT: secret('ENCRYPT_DECRYPT', 'SYMMETRIC_DEFAULT', 32),
} as const satisfies Readonly<Record<string, KeySpecification>>;

/** The name of a key spec of this endpoint. */
export type KeySpec = keyof typeof keySpecifications;

/** Key specs that KMS has but this endpoint refuses as unsupported. */
export const missingKeySpecs = [
  'ECC_SECG_P256K1',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
  'SM2',
] as const;

/** Whether this endpoint has a key spec. */
export function isKeySpec(spec: string): spec is KeySpec {
  return Object.hasOwn(keySpecifications, spec);
}

/** Generates key material for a spec, in the form of {@link KeySpecification.generate}. */
export type MaterialMaker = (spec: KeySpec) => Promise<Buffer>;

/** Generates new random key material. */
export const newMaterial: MaterialMaker = (spec) => keySpecifications[spec].generate();

/** Returns the properties of a spec. */
export function specificationOf(spec: KeySpec): KeySpecification {
  return keySpecifications[spec];
}
