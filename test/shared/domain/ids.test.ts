import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { assertMayBeChosen, firstVersion, newId } from '#shared/domain/ids.ts';

const random = { bytes: (length: number) => randomBytes(length) };

test('a new id has the prefix of its kind and 22 random characters', () => {
  const ids = Array.from({ length: 1_000 }, () => newId('ten', random));
  expect(ids.filter((id) => !/^ten_[0-9A-Za-z]{22}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(1_000);
});

test('B20: a new id is made of more random bits than its characters hold', () => {
  const asked: number[] = [];
  const bytes = (length: number) => {
    asked.push(length);
    return randomBytes(length);
  };
  newId('ten', { bytes });
  expect(asked).toEqual([24]);
});

test.each(['acme', 'ten_acme', 'ten_', 'users', 'clique', 'USR_1', 'x_usr_1'])('a tenant may be called %s', (id) => {
  expect(() => assertMayBeChosen(id, 'ten')).not.toThrow();
});

test.each(['usr_1', 'svc_1', 'cli_1', 'tok_1', 'api_1', 'rol_1', 'grn_1', 'mem_1', 'cli_', 'mms_1', 'mmr_1', 'mmc_1'])(
  'C10: a tenant may not be called %s',
  (id) => {
    expect(() => assertMayBeChosen(id, 'ten')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  },
);

test('a first version is random, at least 1, and leaves room for a million changes below the largest safe integer', () => {
  const versions = Array.from({ length: 1_000 }, () => firstVersion(random));
  expect(versions.filter((version) => !Number.isSafeInteger(version + 1_000_000) || version < 1)).toEqual([]);
  expect(new Set(versions).size).toBe(1_000);
  expect(firstVersion({ bytes: (length) => new Uint8Array(length).fill(255) })).toBeLessThan(2 ** 50);
});
