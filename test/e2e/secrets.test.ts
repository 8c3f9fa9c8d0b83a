import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/answers.ts';
import { assertConforms } from '#test/support/conformance.ts';
import { exchangeOutcome, scopeNow } from '#test/support/credential-worth.ts';
import { type Manage, manageWith } from '#test/support/manage.ts';
import {
  obtainSecret,
  type SecretOwner,
  type ShownSecrets,
  secretIdOf,
  secretOwners,
} from '#test/support/secret-owners.ts';
import { itemsOf } from '#test/support/table-items.ts';
import { wholeReply } from '#test/support/whole-reply.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS, startWorld, type World } from '#test/support/world.ts';

/** Every answer's text, by what it answers. */
const answers: { readonly request: string; readonly text: string }[] = [];

let world: World;
let acme: Acme;
let globex: Acme;
let manage: Manage;
beforeAll(async () => {
  world = await startWorld({
    onReply: (method, path, reply) => {
      answers.push({ request: `${method} ${path}`, text: reply.text });
      assertConforms(method, path, reply);
    },
  });
  [acme, globex] = [await arrangeAcme(world), await arrangeAcme(world)];
  manage = manageWith(world, await world.tokenFor(world.admin));
});
afterAll(() => world.close());

const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();
const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });
const expiresIn = async (credentials: Credentials) =>
  ((await exchange(credentials)).body as { expires_in?: number }).expires_in;
const WORKS = 'read:reports';
const DEAD = '401 invalid_client';

describe.each(secretOwners)('the secrets of $owner', ({ create }) => {
  let owner: SecretOwner;
  beforeEach(async () => {
    owner = await create(manage, acme);
  });
  const add = (body: object = {}) => obtainSecret(manage, owner, 'secrets', body);
  const remove = (secretId: string) => manage('DELETE', `${owner.path}/secrets/${secretId}`);
  const show = async () => (await manage('GET', owner.path)).body as ShownSecrets;
  const outcomes = (...all: readonly Credentials[]) => Promise.all(all.map((one) => exchangeOutcome(world, one)));

  test('B21: are shown once each, and work beside each other', async () => {
    const before = await show();
    const reply = await manage('POST', `${owner.path}/secrets`, { title: 'blue', expiresInSeconds: 600 });
    const { clientSecret, ...shown } = reply.body as ShownSecrets & Credentials;
    const added = {
      id: secretIdOf({ ...owner.credentials, clientSecret }),
      title: 'blue',
      lastFour: clientSecret.slice(-4),
      createdBy: world.admin.clientId,
      createdAt: timestamp(),
      expiresAt: timestamp(600),
    };
    const secrets = [...before.secrets, added];
    const { clientId } = owner.credentials;
    const version = before.version + 1;
    expect([reply.status, shown]).toEqual([201, { clientId, secrets, rotationEndsAt: null, version }]);
    expect(clientSecret).toMatch(/^mms_[0-9A-Za-z]{52}$/);
    expect(await show()).toEqual({ ...before, secrets, version });
    expect(await outcomes(owner.credentials, { clientId, clientSecret })).toEqual([WORKS, WORKS]);
  });

  test('end when they are told to, and every token ends with the secret that obtained it', async () => {
    const short = await add({ expiresInSeconds: 90 });
    const long = await add({ expiresInSeconds: null });
    expect([await expiresIn(short), await expiresIn(long), await expiresIn(owner.credentials)]).toEqual([
      90, 3_600, 3_600,
    ]);
    world.clock.advance(60);
    const token = await world.tokenFor(short, { audience: REPORTS });
    expect(await expiresIn(short)).toBe(30);
    world.clock.advance(29);
    expect([await scopeNow(world, token), await outcomes(short)]).toEqual([WORKS, [WORKS]]);
    world.clock.advance(1);
    expect([await scopeNow(world, token), await outcomes(short, long)]).toEqual([undefined, [DEAD, WORKS]]);
  });

  test('are five at most that work at a time', async () => {
    const ending = await add({ expiresInSeconds: 60 });
    for (let count = 3; count <= 5; count += 1) await add();
    const full = await show();
    expect(seen(await manage('POST', `${owner.path}/secrets`, {}))).toEqual(problem(409, 'conflict'));
    expect(await show()).toEqual(full);
    world.clock.advance(60);
    const { secrets } = await add();
    expect(secrets.map(({ id }) => id)).not.toContain(secretIdOf(ending));
    expect(secrets).toHaveLength(5);
  });

  test('T1: are found under their own id and their own owner only', async () => {
    const other = await add();
    const before = await show();
    const unknown = await remove('zzzzzz');
    expect(seen(unknown)).toEqual(problem(404, 'not_found'));
    const collection = owner.path.slice(0, owner.path.lastIndexOf('/'));
    const { clientId } = other;
    const elsewhere = [
      `${owner.path}/secrets/${secretIdOf(acme.tenantToken)}`,
      `${collection}/${acme.tenantToken.clientId === clientId ? '' : 'cli_unknown'}/secrets/${secretIdOf(other)}`,
      ...[
        `/v1/tenants/${globex.tenantId}/api-tokens`,
        `/v1/tenants/${globex.tenantId}/members/${globex.userId}/api-tokens`,
      ].map((foreign) => `${foreign}/${clientId}/secrets/${secretIdOf(other)}`),
    ];
    for (const path of elsewhere) expect(wholeReply(await manage('DELETE', path))).toEqual(wholeReply(unknown));
    for (const [rest, body] of [
      ['', {}],
      ['/rotate', { graceSeconds: 0 }],
      ['/rotate/finish'],
      ['/rotate/cancel'],
    ] as const) {
      for (const foreign of [`/v1/tenants/${globex.tenantId}/api-tokens/${clientId}`, `${collection}/cli_unknown`]) {
        expect(wholeReply(await manage('POST', `${foreign}/secrets${rest}`, body))).toEqual(wholeReply(unknown));
      }
    }
    expect(await show()).toEqual(before);
  });

  test('change in the version that If-Match names, and in no other', async () => {
    const { version: first } = await show();
    const changes = [
      ['POST', '/secrets', {}],
      ['POST', '/secrets/rotate', { graceSeconds: 60 }],
      ['POST', '/secrets/rotate/cancel'],
      ['POST', '/secrets/rotate', { graceSeconds: 60 }],
      ['POST', '/secrets/rotate/finish'],
      ['POST', '/secrets', {}],
    ] as const;
    for (const [index, [method, rest, body]] of changes.entries()) {
      const send = (ifMatch: string) => manage(method, owner.path + rest, body, { 'if-match': ifMatch });
      const version = first + index;
      expect(seen(await send(`"${version + 1}"`))).toEqual(problem(412, 'precondition_failed'));
      expect(seen(await send(`W/"${version}"`))).toEqual(problem(400, 'invalid_request'));
      const { headers, body: shown } = await send(`"${version}"`);
      expect([headers.get('etag'), shown]).toEqual([
        `"${version + 1}"`,
        expect.objectContaining({ version: version + 1 }),
      ]);
    }
    const { secrets, version } = await show();
    const removeIn = (expected: number) =>
      manage('DELETE', `${owner.path}/secrets/${secrets[0]?.id}`, undefined, { 'if-match': `"${expected}"` });
    expect([(await removeIn(first)).status, (await removeIn(version)).status]).toEqual([412, 204]);
    expect(await show()).toMatchObject({ secrets: secrets.slice(1), version: version + 1 });
  });

  test.each([
    ['title', ''],
    ['title', 'two\nlines'],
    ['title', 'x'.repeat(129)],
    ['title', 7],
    ['expiresInSeconds', 0],
    ['expiresInSeconds', 1.5],
    ['expiresInSeconds', '60'],
    ['expiresInSeconds', 315_360_001],
  ])('are not made with %s %j', async (field, value) => {
    const before = await show();
    const reply = await manage('POST', `${owner.path}/secrets`, { [field]: value });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
    expect(await show()).toEqual(before);
  });

  test('A18: are made of nothing that a request brings along', async () => {
    const forged = {
      clientSecret: 'mms_mine',
      id: 'mine00',
      hash: 'x',
      lastFour: 'mine',
      createdBy: 'usr_1',
      createdAt: timestamp(-9),
    };
    const { secrets } = await add(forged);
    expect(secrets[1]).toEqual({
      id: expect.stringMatching(/^(?!mine00)\w{6}$/),
      lastFour: expect.stringMatching(/^(?!mine)\w{4}$/),
      createdBy: world.admin.clientId,
      createdAt: timestamp(),
      expiresAt: null,
    });
  });
});

describe('whatever was answered and kept above', () => {
  test('B21: shows each secret in one answer, and no hash in any', () => {
    const secrets = answers.flatMap(
      ({ text }) => /"clientSecret":"(?<secret>mms_\w+)"/.exec(text)?.groups?.secret ?? [],
    );
    expect(secrets.length).toBeGreaterThan(50);
    expect(new Set(secrets).size).toBe(secrets.length);
    const shownTwice = secrets.filter((secret) => answers.filter(({ text }) => text.includes(secret)).length !== 1);
    expect([shownTwice, answers.filter(({ text }) => /\$2[aby]\$/.test(text))]).toEqual([[], []]);
  });

  test('Q5: lies in no table', async () => {
    const secrets = answers.flatMap(
      ({ text }) => /"clientSecret":"(?<secret>mms_\w+)"/.exec(text)?.groups?.secret ?? [],
    );
    const tables = JSON.stringify(
      await Promise.all((['clients', 'directory', 'tokens', 'audit'] as const).map(itemsOf)),
    );
    const middles = secrets.map((secret) => secret.slice(10, 42));
    expect(tables).toContain('secret.deleted');
    expect(middles.filter((middle) => tables.includes(middle))).toEqual([]);
  });
});
