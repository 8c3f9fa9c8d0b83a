import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { keyArn, localAccountId } from '../arns.ts';
import { publicKeyOf } from '../cryptography/key-material.ts';
import { KmsError, unsupported, validationError } from '../errors.ts';
import {
  isKeySpec,
  type KeySpec,
  type KeyUsage,
  keySpecifications,
  keyUsages,
  missingKeySpecs,
  specificationOf,
} from '../key-specs.ts';
import type { StoredKey } from '../key-store.ts';
import { algorithmsOf, assertEnabled } from '../key-use.ts';
import { keyIdMember, operation } from './operation.ts';
import { pageMembers, pageOf } from './paging.ts';
import { tagsMember, withTags } from './tags.ts';

const keySpecMember = z.enum([...Object.keys(keySpecifications), ...missingKeySpecs]);

/** Usage → the member in which KMS reports the algorithms of a key. */
const algorithmMembers: Readonly<Partial<Record<KeyUsage, string>>> = {
  SIGN_VERIFY: 'SigningAlgorithms',
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
};

const CreateKey = operation(
  z.object({
    KeySpec: keySpecMember.optional(),
    CustomerMasterKeySpec: keySpecMember.optional(),
    KeyUsage: z.enum(keyUsages).optional(),
    Origin: z.enum(['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE']).default('AWS_KMS'),
    Description: z.string().max(8192).default(''),
    MultiRegion: z.boolean().default(false),
    /** It must be JSON, but is not enforced here. */
    Policy: z.string().min(1).max(32_768).optional(),
    Tags: tagsMember.default([]),
  }),
  async (input, store) => {
    if (input.Origin !== 'AWS_KMS') throw unsupported(`Origin ${input.Origin} is not available locally.`);

    assertPolicy(input.Policy);
    const spec = availableSpec(input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT');
    const usage = usageFor(spec, input.KeyUsage);
    const material = await store.newMaterial(spec);
    const key: StoredKey = {
      id: input.MultiRegion ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID(),
      spec,
      usage,
      state: 'Enabled',
      description: input.Description,
      isMultiRegion: input.MultiRegion,
      createdAtSeconds: Date.now() / 1000,
      material: material.toString('base64'),
      ...(input.Policy !== undefined && { policy: input.Policy }),
      tags: withTags([], input.Tags),
    };
    store.putKey(key);
    return { KeyMetadata: metadataOf(key) };
  },
);

const DescribeKey = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => ({
  KeyMetadata: metadataOf(store.key(KeyId)),
}));

const GetPublicKey = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => {
  const key = store.key(KeyId);
  assertEnabled(key);
  if (!specificationOf(key.spec).isAsymmetric) {
    throw unsupported(`${keyArn(key.id)} key spec is ${key.spec} which is not valid for GetPublicKey.`);
  }
  return {
    KeyId: keyArn(key.id),
    PublicKey: publicKeyOf(key).export({ format: 'der', type: 'spki' }).toString('base64'),
    ...specAndUsageOf(key),
  };
});

const ListKeys = operation(z.object(pageMembers(1000)), (input, store) => {
  const { items, continuation } = pageOf(store.keys, input, 100);
  return { Keys: items.map(({ id }) => ({ KeyId: id, KeyArn: keyArn(id) })), ...continuation };
});

const GetKeyPolicy = operation(z.object({ KeyId: keyIdMember }), ({ KeyId }, store) => {
  const { policy = defaultPolicy() } = store.keyByIdOrArn(KeyId);
  return { Policy: policy, PolicyName: 'default' };
});

const PutKeyPolicy = operation(
  z.object({
    KeyId: keyIdMember,
    PolicyName: z.literal('default').default('default'),
    Policy: z.string().min(1).max(32_768),
    BypassPolicyLockoutSafetyCheck: z.boolean().default(false),
  }),
  ({ KeyId, Policy }, store) => {
    assertPolicy(Policy);
    store.putKey({ ...store.keyByIdOrArn(KeyId), policy: Policy });
    return undefined;
  },
);

/** The operations that create and describe keys. */
export const keyOperations = { CreateKey, DescribeKey, GetPublicKey, ListKeys, GetKeyPolicy, PutKeyPolicy };

/** Writes KMS's default policy, which leaves access to IAM. */
function defaultPolicy(): string {
  const Principal = { AWS: `arn:aws:iam::${localAccountId}:root` };
  const statement = { Sid: 'Enable IAM User Permissions', Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function assertPolicy(policy: string | undefined): void {
  try {
    if (policy !== undefined) JSON.parse(policy);
  } catch {
    throw new KmsError('MalformedPolicyDocumentException', 'The policy is not valid JSON.');
  }
}

function availableSpec(spec: string): KeySpec {
  if (!isKeySpec(spec)) throw unsupported(`KeySpec ${spec} is not available locally.`);
  return spec;
}

function usageFor(spec: KeySpec, asked: KeyUsage | undefined): KeyUsage {
  if (asked === undefined && spec !== 'SYMMETRIC_DEFAULT') {
    throw validationError('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  const usage = asked ?? 'ENCRYPT_DECRYPT';
  const { algorithms, missingUsages } = specificationOf(spec);
  if (missingUsages.includes(usage)) throw unsupported(`KeyUsage ${usage} of ${spec} keys is not available locally.`);
  if (algorithms[usage] === undefined) throw validationError(`KeyUsage ${usage} does not fit KeySpec ${spec}.`);
  return usage;
}

function metadataOf(key: StoredKey): object {
  return {
    AWSAccountId: localAccountId,
    KeyId: key.id,
    Arn: keyArn(key.id),
    CreationDate: key.createdAtSeconds,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyState: key.state,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    MultiRegion: key.isMultiRegion,
    ...specAndUsageOf(key),
    ...(key.deletedAtSeconds === undefined ? {} : { DeletionDate: key.deletedAtSeconds }),
  };
}

function specAndUsageOf(key: StoredKey): object {
  return {
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyUsage: key.usage,
    [algorithmMembers[key.usage] ?? '']: algorithmsOf(key),
  };
}
