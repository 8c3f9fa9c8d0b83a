import * as z from 'zod';
import { aliasArn } from '../arns.ts';
import { KmsError, validationError } from '../errors.ts';
import type { StoredAlias, StoredKey } from '../key-store.ts';
import { assertNotPendingDeletion } from '../key-use.ts';
import { keyIdMember, operation } from './operation.ts';
import { pageMembers, pageOf } from './paging.ts';

const aliasNameMember = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9:/_-]+$/);
const aliasTarget = z.object({ AliasName: aliasNameMember, TargetKeyId: keyIdMember });

const CreateAlias = operation(aliasTarget, ({ AliasName, TargetKeyId }, store) => {
  assertAliasName(AliasName);
  const key = store.keyByIdOrArn(TargetKeyId);
  assertNotPendingDeletion(key);
  if (store.aliases.some(({ name }) => name === AliasName)) {
    throw new KmsError('AlreadyExistsException', `An alias with the name ${aliasArn(AliasName)} already exists`);
  }
  const nowSeconds = Date.now() / 1000;
  store.putAlias({ name: AliasName, targetKeyId: key.id, createdAtSeconds: nowSeconds, updatedAtSeconds: nowSeconds });
  return undefined;
});

const UpdateAlias = operation(aliasTarget, ({ AliasName, TargetKeyId }, store) => {
  assertAliasName(AliasName);
  const alias = store.alias(AliasName);
  const key = store.keyByIdOrArn(TargetKeyId);
  assertNotPendingDeletion(key);
  assertSameUsage(store.key(AliasName), key);
  store.putAlias({ ...alias, targetKeyId: key.id, updatedAtSeconds: Date.now() / 1000 });
  return undefined;
});

const DeleteAlias = operation(z.object({ AliasName: aliasNameMember }), ({ AliasName }, store) => {
  assertAliasName(AliasName);
  store.deleteAlias(store.alias(AliasName).name);
  return undefined;
});

const ListAliases = operation(
  z.object({ KeyId: keyIdMember.optional(), ...pageMembers(100) }),
  ({ KeyId, ...page }, store) => {
    const targetKeyId = KeyId === undefined ? undefined : store.keyByIdOrArn(KeyId).id;
    const listed = store.aliases.filter((alias) => targetKeyId === undefined || alias.targetKeyId === targetKeyId);
    const { items, continuation } = pageOf(listed, page, 50);
    return { Aliases: items.map(describeAlias), ...continuation };
  },
);

/** The operations on aliases, which are names of keys. */
export const aliasOperations = { CreateAlias, UpdateAlias, DeleteAlias, ListAliases };

function assertAliasName(name: string): void {
  if (/^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/.test(name)) return;

  const rule = 'Alias must start with the prefix "alias/", which "aws/" may not follow, and must not contain a colon.';
  throw new KmsError('InvalidAliasNameException', rule);
}

/**
 * Checks that an alias moves to a key for the same work. KMS also compares the type (symmetric, asymmetric or HMAC).
 * The keys of this endpoint with one usage all have one type.
 */
function assertSameUsage(current: StoredKey, next: StoredKey): void {
  if (current.usage === next.usage) return;

  throw validationError('The current and the new target of an alias must have the same key type and key usage.');
}

function describeAlias(alias: StoredAlias): object {
  return {
    AliasName: alias.name,
    AliasArn: aliasArn(alias.name),
    TargetKeyId: alias.targetKeyId,
    CreationDate: alias.createdAtSeconds,
    LastUpdatedDate: alias.updatedAtSeconds,
  };
}
