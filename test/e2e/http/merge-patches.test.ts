import { describe, expect, test } from 'vitest';
import { changeableKinds, placeOf } from '#test/support/arrange/changeable-kinds.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const manage = useManage(world);
const place = placeOf(useAcme(world), manage);

type Shown = Readonly<Record<string, unknown>> & { readonly version: number };
const show = async (path: string) => withoutUses((await manage('GET', path)).body as Shown);

/** Members that no request may set. */
const forged = {
  id: 'ten_forged',
  clientId: 'cli_forged',
  tenantId: 'ten_forged',
  userId: 'usr_forged',
  serviceUserId: 'svc_forged',
  subject: { type: 'application' },
  kind: 'access_token',
  identifier: 'https://api.example.com/forged',
  key: 'forged',
  apiIds: ['api_forged'],
  createdBy: 'usr_forged',
  createdAt: '2000-01-01T00:00:00.000Z',
  expiresAt: null,
  secrets: [],
  rotation: null,
  revokedBeforeSeconds: 0,
  clientSecret: 'mms_forged',
  version: 99,
};

describe.each(changeableKinds)('a change of $kind', ({ create, change, shown, refused }) => {
  test('changes the members that it names, and no others', async () => {
    const path = await create(place);
    const before = await show(path);
    const reply = await manage('PATCH', path, change);
    const expected = JSON.parse(JSON.stringify({ ...before, ...(shown ?? change), version: 2 }));
    expect(seen(reply)).toEqual({ status: 200, body: expected });
    expect(await show(path)).toEqual(expected);
  });

  test('may also come as plain JSON, and in no other form', async () => {
    const path = await create(place);
    const send = (type: string) => manage('PATCH', path, change, { 'content-type': type });
    expect((await send('application/json; charset=utf-8')).status).toBe(200);
    for (const type of ['text/plain', 'application/json-patch+json', 'application/x-www-form-urlencoded']) {
      expect(seen(await send(type))).toEqual(problem(400, 'invalid_request'));
    }
    for (const body of [[], null, 'text', 7]) {
      expect(seen(await manage('PATCH', path, body))).toEqual(problem(400, 'invalid_request'));
    }
    expect(await show(path)).toMatchObject({ version: 2 });
  });

  test('A18: touches nothing that belongs to Mintmark: such members are ignored or refused', async () => {
    const path = await create(place);
    const { version: _, ...before } = await show(path);
    for (const [name, value] of Object.entries(forged)) {
      const reply = await manage('PATCH', path, { [name]: value });
      if (reply.status !== 200) expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
      const { version: _changed, ...after } = await show(path);
      expect(after).toEqual(before);
    }
  });

  test.each(refused)('is refused with %s %j, as a whole', async (field, value) => {
    const path = await create(place);
    const before = await show(path);
    const reply = await manage('PATCH', path, { ...change, [field]: value });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', expect.stringMatching(`^${field}`)));
    expect(await show(path)).toEqual(before);
  });

  test('T1: finds nothing under an unknown id or the id of another kind of record', async () => {
    const path = await create(place);
    const collection = path.slice(0, path.lastIndexOf('/'));
    const unknown = await manage('PATCH', `${collection}/unknown`, change);
    expect(seen(unknown)).toEqual(problem(404, 'not_found'));
    const replies = [
      await manage('PATCH', `${collection}/unknown`, change, { 'if-match': '"1"' }),
      await manage('PATCH', `${collection}/unknown`, change, { 'if-match': '*' }),
      await manage(
        'PATCH',
        `${collection}/${collection.endsWith('users') ? place.acme.apiId : place.acme.userId}`,
        change,
      ),
    ];
    expect(replies.map(wholeReply)).toEqual(replies.map(() => wholeReply(unknown)));
  });
});

test('A17: metadata may grow to 4 KiB of JSON in all, and not a byte more', async () => {
  const path = await place.add('/v1/tenants', { name: 'Initech', metadata: { a: 'x'.repeat(2_000) } });
  const room = 4_096 - JSON.stringify({ a: 'x'.repeat(2_000), b: '' }).length;
  const grow = (bytes: number) => manage('PATCH', path, { metadata: { b: 'ü'.repeat(bytes / 2) } });
  expect(seen(await grow(room + 2 - (room % 2)))).toEqual(problem(400, 'invalid_request', 'metadata'));
  expect(await show(path)).toMatchObject({ version: 1 });
  expect((await grow(room - (room % 2))).status).toBe(200);
});

test('the management API itself stays as it is', async () => {
  const { items } = await succeed<{ items: { id: string; identifier: string }[] }>(manage('GET', '/v1/apis?limit=100'));
  const system = items.find(({ identifier }) => identifier === `${world.url}/v1/`);
  const path = `/v1/apis/${system?.id}`;
  for (const headers of [{}, { 'if-match': '"1"' }, { 'if-match': '"2"' }]) {
    expect(seen(await manage('PATCH', path, { name: 'Mine', permissions: [] }, headers))).toEqual(
      problem(409, 'conflict'),
    );
  }
  expect(await show(path)).toEqual(system);
});
