import { describe, expect, test } from 'vitest';

import { type TableName, tableSchemas } from '#infra/constructs/table-schemas.ts';
import { personalTokens, tenantTokens } from '#test/support/arrange/changeable-kinds.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { type ShownSecrets, secretIdOf, secretOwners } from '#test/support/clients/secret-owners.ts';
import { GRANTED, REFUSED, useSecretOwner } from '#test/support/clients/use-secret-owner.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const output = captureOutput();
const answers: string[] = [];
const tableNames = Object.keys(tableSchemas) as TableName[];
/** How bcrypt's hashes begin. */
const HASH = /\$2[aby]\$/;

const world = useWorld({
  onReply: (method, path, reply) => {
    answers.push(reply.text);
    assertConforms(method, path, reply);
  },
});
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);

const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();
const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });
const expiresIn = async (credentials: Credentials) =>
  ((await exchange(credentials)).body as { expires_in?: number }).expires_in;
test.each(secretOwners)(
  'an import for $owner is refused if the deployment takes no imported secrets',
  async ({ create }) => {
    const owner = await create(manage, acme);
    const reply = await manage('POST', `${owner.path}/secrets`, { importedHash: `$2b$10$${'a'.repeat(53)}` });
    expect(reply).toMatchObject({ status: 409, body: { code: 'conflict' } });
  },
);

describe.each(secretOwners)('the secrets of $owner', ({ create }) => {
  const { owner, add, remove, show, exchangeOutcomes } = useSecretOwner({ world, manage, acme }, create);

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
    expect(await exchangeOutcomes(owner.credentials, { clientId, clientSecret })).toEqual([GRANTED, GRANTED]);
  });

  test('end when their request says, and every token ends with the secret that obtained it', async () => {
    const short = await add({ expiresInSeconds: 90 });
    const long = await add({ expiresInSeconds: null });
    expect([await expiresIn(short), await expiresIn(long), await expiresIn(owner.credentials)]).toEqual([
      90, 3_600, 3_600,
    ]);
    world.clock.advance(60);
    const token = await world.tokenFor(short, { audience: REPORTS });
    expect(await expiresIn(short)).toBe(30);
    world.clock.advance(29);
    expect([await introspectedScope(world, token), await exchangeOutcomes(short)]).toEqual([GRANTED, [GRANTED]]);
    world.clock.advance(1);
    expect([await introspectedScope(world, token), await exchangeOutcomes(short, long)]).toEqual([
      undefined,
      [REFUSED, GRANTED],
    ]);
  });

  test('are at most five that work at a time', async () => {
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

  test('T1: are found under their own id, client and owner only', async () => {
    const other = await add();
    const before = await show();
    const unknown = await remove('zzzzzz');
    expect(seen(unknown)).toEqual(problem(404, 'not_found'));
    const clientPaths = [
      `${owner.path.slice(0, owner.path.lastIndexOf('/'))}/cli_unknown`,
      `${tenantTokens(globex)}/${other.clientId}`,
      `${personalTokens(globex)}/${other.clientId}`,
      `${personalTokens({ ...acme, userId: globex.userId })}/${other.clientId}`,
    ];
    for (const path of clientPaths) {
      const replies = [
        await manage('POST', `${path}/secrets`, {}),
        await manage('POST', `${path}/secrets/rotate`, { graceSeconds: 0 }),
        await manage('POST', `${path}/secrets/rotate/finish`),
        await manage('POST', `${path}/secrets/rotate/cancel`),
        await manage('DELETE', `${path}/secrets/${secretIdOf(other)}`),
      ];
      expect(replies.map(wholeReply)).toEqual(replies.map(() => wholeReply(unknown)));
    }
    expect(wholeReply(await remove(secretIdOf(acme.tenantToken)))).toEqual(wholeReply(unknown));
    expect(await show()).toEqual(before);
  });

  test('change only in the version that If-Match names', async () => {
    const { version: first } = await show();
    const changes = [
      ['/secrets', {}],
      ['/secrets/rotate', { graceSeconds: 60 }],
      ['/secrets/rotate/cancel'],
      ['/secrets/rotate', { graceSeconds: 60 }],
      ['/secrets/rotate/finish'],
      ['/secrets', {}],
    ] as const;
    for (const [index, [rest, body]] of changes.entries()) {
      const send = (ifMatch: string) => manage('POST', owner.path + rest, body, { 'if-match': ifMatch });
      const version = first + index;
      expect(seen(await send(`"${version + 1}"`))).toEqual(problem(412, 'precondition_failed'));
      expect(seen(await send(`W/"${version}"`))).toEqual(problem(412, 'precondition_failed'));
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

  test('A18: have no member that a request chooses for itself', async () => {
    const forged = {
      clientSecret: 'mms_mine',
      id: 'mine00',
      hash: 'x',
      lastFour: 'mine',
      createdBy: 'usr_1',
      createdAt: timestamp(-9),
    };
    const before = await show();
    for (const [name, value] of Object.entries(forged)) {
      const reply = await manage('POST', `${owner.path}/secrets`, { [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
    expect(await show()).toEqual(before);
  });
});

describe('each secret that was handed out above', () => {
  const handedOut = () =>
    answers.flatMap((text) => /"clientSecret":"(?<secret>mms_\w+)"/.exec(text)?.groups?.secret ?? []);
  /** The part of a secret that only its owner knows: without prefix, id and checksum. */
  const findIn = (text: string) => handedOut().filter((secret) => text.includes(secret.slice(10, 42)));

  test('B21, Q6: is in one answer, which is no list, and its hash is in no answer', async () => {
    const secrets = handedOut();
    const { text: list } = await world.manage('GET', `/v1/tenants/${acme.tenantId}/api-tokens?limit=100`);
    expect(list).toMatch(/"secrets":\[\{"id":"\w{6}"/);
    expect(secrets.length).toBeGreaterThan(50);
    expect(findIn(answers.join('\n'))).toEqual(secrets);
    const naming = secrets.map((secret) => answers.filter((text) => text.includes(secret.slice(10, 42))).length);
    expect(naming).toEqual(secrets.map(() => 1));
    expect(answers.filter((text) => HASH.test(text))).toEqual([]);
  });

  test('U1: is in no line of the log, and neither is its hash', () => {
    const lines = output.lines().map(({ operation }) => operation);
    expect(lines).toEqual(expect.arrayContaining(['addTenantApiTokenSecret', 'rotateApplicationSecrets']));
    expect([findIn(output.text()), HASH.test(output.text())]).toEqual([[], false]);
  });

  test('Q5, U4: is in no table, and its hash is in the table of clients only', async () => {
    const { clients = '', ...others } = Object.fromEntries(
      await Promise.all(tableNames.map(async (name) => [name, JSON.stringify(await itemsOf(name))] as const)),
    );
    const rest = Object.values(others).join('\n');
    expect([findIn(clients + rest), HASH.test(clients), HASH.test(rest)]).toEqual([[], true, false]);
    expect(rest).toContain('client.secret.rotation_cancelled');
  });
});
