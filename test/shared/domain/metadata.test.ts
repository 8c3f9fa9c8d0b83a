import { describe, expect, test } from 'vitest';
import { acceptedMetadata, mergeMetadata } from '#shared/domain/metadata.ts';

/** `{"a":"…"}` with this many bytes of JSON. */
const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

const tooLarge = {
  code: 'invalid_request',
  field: 'metadata',
  message: "'metadata' must be at most 4096 bytes of JSON.",
};

describe('metadata', () => {
  test('of 4096 bytes is kept', () => {
    expect(acceptedMetadata(ofBytes(4_096))).toEqual(ofBytes(4_096));
  });

  test('of 4097 bytes is refused', () => {
    expect(() => acceptedMetadata(ofBytes(4_097))).toThrow(expect.objectContaining(tooLarge));
  });

  test('that grows too large by a merge is refused', () => {
    expect(() => mergeMetadata(ofBytes(4_090), { b: 'more' })).toThrow(expect.objectContaining(tooLarge));
  });

  test('stays as it is without a patch, and is removed by null', () => {
    expect(mergeMetadata({ a: 1 }, undefined)).toEqual({ a: 1 });
    expect(mergeMetadata({ a: 1 }, null)).toBeUndefined();
  });
});
