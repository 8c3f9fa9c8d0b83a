import { describe, expect, test } from 'vitest';
import { dynamoClientRemover } from '#shared/adapters/dynamo/directory/clients.ts';
import { changeableKinds, placeOf, tenantTokens } from '#test/support/arrange/changeable-kinds.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

/** An act between the read of a client by a deletion and its removal. */
let beforeRemoval = async () => {};

const overtakenRemover: typeof dynamoClientRemover = (environment) => {
  const { remove } = dynamoClientRemover(environment);
  return {
    remove: async (...removal) => {
      await beforeRemoval();
      return remove(...removal);
    },
  };
};

const world = useWorld({ onReply: assertConforms, adapters: { clientRemover: overtakenRemover } });
const manage = useManage(world);
const place = placeOf(useAcme(world), manage);

type Shown = Readonly<Record<string, unknown>> & { readonly version: number };

const show = async (path: string) => withoutUses((await manage('GET', path)).body as Shown);

const STALE = problem(412, 'precondition_failed');

describe.each(changeableKinds)('$kind', ({ create, change }) => {
  test('carries its version as ETag, which If-Match takes for this version and no other', async () => {
    const path = await create(place);
    const patch = (ifMatch: string) => manage('PATCH', path, change, { 'if-match': ifMatch });
    const first = (await manage('GET', path)).headers.get('etag') ?? '';
    const changed = await patch(first);
    expect([first, changed.status, changed.headers.get('etag')]).toEqual(['"1"', 200, '"2"']);
    const after = await show(path);
    for (const stale of [first, '"3"', '"9007199254740993"']) expect(seen(await patch(stale))).toEqual(STALE);
    expect(await show(path)).toEqual(after);
    expect((await patch('*')).headers.get('etag')).toBe('"3"');
  });

  test('is deleted only in this version', async () => {
    const path = await create(place);
    const remove = (ifMatch: string) => manage('DELETE', path, undefined, { 'if-match': ifMatch });
    expect(seen(await remove('"2"'))).toEqual(STALE);
    expect(await show(path)).toMatchObject({ version: 1 });
    expect(seen(await remove('"1"'))).toEqual({ status: 204, body: undefined });
    for (const ifMatch of ['"1"', '*']) expect(seen(await remove(ifMatch))).toEqual(problem(404, 'not_found'));
  });
});

describe.each([
  {
    kind: 'a membership',
    setting: async () => ({
      path: `/v1/tenants/${place.acme.tenantId}/members/${place.acme.userId}`,
      body: { roleIds: [place.acme.readerRoleId] },
    }),
  },
  {
    kind: 'a client grant',
    setting: async () => {
      const path = `${await place.add('/v1/applications', { name: 'Gateway' })}/grants/${place.acme.apiId}`;
      await succeed(manage('PUT', path, { permissions: [] }));
      return { path, body: { permissions: 'all' } };
    },
  },
])('$kind', ({ setting }) => {
  test('is set only in this version', async () => {
    const { path, body } = await setting();
    const put = (ifMatch: string) => manage('PUT', path, body, { 'if-match': ifMatch });
    const { version } = await succeed<Shown>(manage('PUT', path, body));
    const changed = await put(`"${version}"`);
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, `"${version + 1}"`]);
    for (const stale of [`"${version}"`, `"${version + 2}"`]) expect(seen(await put(stale))).toEqual(STALE);
    expect(await succeed(put('*'))).toMatchObject({ version: version + 2 });
  });
});

describe('a deletion that is overtaken by a change', () => {
  const overtaken = async (headers: Readonly<Record<string, string>>) => {
    const path = await place.add(tenantTokens(place.acme), { description: 'export' });
    beforeRemoval = async () => {
      beforeRemoval = async () => {};
      await succeed(manage('PATCH', path, { description: 'weekly' }));
    };
    return { path, reply: await manage('DELETE', path, undefined, headers) };
  };

  test('RACE: deletes nothing if it names the version before', async () => {
    const { path, reply } = await overtaken({ 'if-match': '"1"' });
    expect([seen(reply), await show(path)]).toMatchObject([STALE, { description: 'weekly', version: 2 }]);
  });

  test('deletes the changed record if it names no version', async () => {
    const { path, reply } = await overtaken({});
    expect([reply.status, (await manage('GET', path)).status]).toEqual([204, 404]);
  });
});

const elevenTags = Array.from({ length: 11 }, () => '"1"').join(', ');

test.each(['', '2', "'1'", '"1', '**', '*, "1"', '"1" "2"', '"1",', 'w/"1"', elevenTags])(
  'If-Match %j is refused, because it is no short list of ETags',
  async (ifMatch) => {
    const path = await place.add('/v1/tenants', { name: 'Initech' });
    for (const method of ['PATCH', 'DELETE']) {
      const reply = await manage(method, path, method === 'PATCH' ? {} : undefined, { 'if-match': ifMatch });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request'));
    }
    expect(await show(path)).toMatchObject({ version: 1 });
  },
);

describe('Sound 23: If-Match', () => {
  const change = async (ifMatch: string) => {
    const path = await place.add('/v1/tenants', { name: 'Initech' });
    return [
      (await manage('PATCH', path, { name: 'Initrode' }, { 'if-match': ifMatch })).status,
      (await manage('DELETE', path, undefined, { 'if-match': ifMatch.replaceAll('"1"', '"2"') })).status,
    ];
  };

  test.each(['"9", "1"', '"1","9"', 'W/"1" , "1"', '"one", "1"'])('%s names the current version', async (ifMatch) => {
    expect(await change(ifMatch)).toEqual([200, 204]);
  });

  test.each(['W/"1"', '"8", "9"', '"0"', '"01"', '"-1"', '"1.0"', '"one"', '"*"', '""'])(
    '%s names no current version',
    async (ifMatch) => {
      expect(await change(ifMatch)).toEqual([412, 412]);
    },
  );
});

describe.each([
  { kind: 'a tenant', create: () => place.add('/v1/tenants', { name: 'Initech' }) },
  { kind: 'an API token', create: () => place.add(tenantTokens(place.acme), { description: 'export' }) },
])('8 changes of $kind at once', ({ create }) => {
  test('RACE: are all made, and none is lost', async () => {
    const path = await create();
    const replies = await Promise.all(
      race(8, (runner) => manage('PATCH', path, { metadata: { [`m${runner}`]: runner } })),
    );
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 8 });
    const { metadata, version } = await show(path);
    expect([metadata, version]).toEqual([Object.fromEntries(replies.map((_, runner) => [`m${runner}`, runner])), 9]);
  });

  test('RACE: succeed once if all name the same version', async () => {
    const path = await create();
    const change = (runner: number) => manage('PATCH', path, { metadata: { runner } }, { 'if-match': '"1"' });
    const replies = await Promise.all(race(8, change));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 412: 7 });
    expect(await show(path)).toEqual(replies.find(({ status }) => status === 200)?.body);
  });
});

test('answers without a version have no ETag: lists and deletions', async () => {
  const path = await place.add('/v1/tenants', { name: 'Initech' });
  const replies = [await manage('GET', '/v1/tenants'), await manage('DELETE', path)];
  expect(replies.map(({ status, headers }) => [status, headers.get('etag')])).toEqual([
    [200, null],
    [204, null],
  ]);
});
