import * as z from 'zod';
import { KmsError } from '../errors.ts';
import type { StoredKey } from '../key-store.ts';
import { assertNotPendingDeletion } from '../key-use.ts';
import { keyIdMember, operation } from './operation.ts';
import { pageMembers, pageOf } from './paging.ts';

const TAGS_MAX = 50;

/** The member `Tags`. */
export const tagsMember = z.array(z.object({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) }));

type Tags = NonNullable<StoredKey['tags']>;

/**
 * Adds tags to others. A tag with the same key is replaced.
 *
 * @throws KmsError TagException, LimitExceededException
 */
export function withTags(before: Tags, added: z.infer<typeof tagsMember>): Tags {
  const keys = added.map(({ TagKey }) => TagKey);
  if (new Set(keys).size < keys.length) throw new KmsError('TagException', 'A tag key is repeated.');
  if (keys.some((key) => key.startsWith('aws:'))) {
    throw new KmsError('TagException', 'Tag keys that begin with aws: are reserved.');
  }
  const kept = before.filter(({ key }) => !keys.includes(key));
  const tags = [...kept, ...added.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue }))];
  if (tags.length > TAGS_MAX) throw new KmsError('LimitExceededException', `A key has ${TAGS_MAX} tags at most.`);
  return tags;
}

const TagResource = operation(z.object({ KeyId: keyIdMember, Tags: tagsMember }), ({ KeyId, Tags }, store) => {
  const key = store.keyByIdOrArn(KeyId);
  assertNotPendingDeletion(key);
  store.putKey({ ...key, tags: withTags(key.tags, Tags) });
  return undefined;
});

const UntagResource = operation(
  z.object({ KeyId: keyIdMember, TagKeys: z.array(z.string().min(1).max(128)) }),
  ({ KeyId, TagKeys }, store) => {
    const key = store.keyByIdOrArn(KeyId);
    assertNotPendingDeletion(key);
    store.putKey({ ...key, tags: key.tags.filter((tag) => !TagKeys.includes(tag.key)) });
    return undefined;
  },
);

const ListResourceTags = operation(
  z.object({ KeyId: keyIdMember, ...pageMembers(50) }),
  ({ KeyId, ...page }, store) => {
    const { items, continuation } = pageOf(store.keyByIdOrArn(KeyId).tags, page, TAGS_MAX);
    return { Tags: items.map(({ key, value }) => ({ TagKey: key, TagValue: value })), ...continuation };
  },
);

/** The operations on tags of keys. */
export const tagOperations = { TagResource, UntagResource, ListResourceTags };
