import { beforeEach, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { type ShownSecrets, secretIdOf, secretOwners } from '#test/support/clients/secret-owners.ts';
import { GRANTED, REFUSED, useSecretOwner } from '#test/support/clients/use-secret-owner.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();
const CONFLICT = problem(409, 'conflict');

describe.each(secretOwners)('a rotation of the secrets of $owner', ({ create }) => {
  const { owner, add, rotate, remove, show, exchangeOutcomes } = useSecretOwner({ world, manage, acme }, create);
  let old: Credentials;
  beforeEach(() => {
    old = owner.credentials;
  });
  const tryToRotate = (graceSeconds: unknown) => manage('POST', `${owner.path}/secrets/rotate`, { graceSeconds });
  const conclude = (how: 'finish' | 'cancel') => manage('POST', `${owner.path}/secrets/rotate/${how}`);
  const expiresIn = async (credentials: Credentials) => {
    const grant = { grant_type: 'client_credentials', audience: REPORTS };
    return ((await world.post('/oauth/token', credentials, grant)).body as { expires_in?: number }).expires_in;
  };

  test('lets both secrets work until the moment that it names, and only the new secret from then on', async () => {
    const before = await show();
    const rotated = await rotate(60);
    const { clientSecret, clientId, ...shown } = rotated;
    const ending = before.secrets.map((secret) => ({ ...secret, expiresAt: timestamp(60) }));
    const { createdBy, createdAt } = ending[0] ?? {};
    const id = secretIdOf(rotated);
    expect(shown).toEqual({
      secrets: [...ending, { id, lastFour: clientSecret.slice(-4), createdBy, createdAt, expiresAt: null }],
      rotationEndsAt: timestamp(60),
      version: before.version + 1,
    });
    expect(await show()).toEqual({ ...before, ...shown });
    world.clock.advance(59);
    expect(await exchangeOutcomes(old, rotated)).toEqual([GRANTED, GRANTED]);
    world.clock.advance(1);
    expect(await exchangeOutcomes(old, rotated)).toEqual([REFUSED, GRANTED]);
  });

  test('lets no token of an old secret live longer than that secret', async () => {
    const rotated = await rotate(60);
    expect([await expiresIn(old), await expiresIn(rotated)]).toEqual([60, 3_600]);
    world.clock.advance(45);
    const token = await world.tokenFor(old, { audience: REPORTS });
    expect([await expiresIn(old), await introspectedScope(world, token)]).toEqual([15, GRANTED]);
    world.clock.advance(15);
    expect(await introspectedScope(world, token)).toBeUndefined();
  });

  test('gives an old secret no more time than it had', async () => {
    const short = await add({ expiresInSeconds: 30 });
    const { secrets } = await rotate(60);
    expect(secrets.map(({ expiresAt }) => expiresAt)).toEqual([timestamp(60), timestamp(30), null]);
    world.clock.advance(30);
    expect(await exchangeOutcomes(short, old)).toEqual([REFUSED, GRANTED]);
  });

  test('without grace ends as soon as it begins', async () => {
    const other = await add();
    const rotated = await rotate(0);
    expect(rotated).toMatchObject({ rotationEndsAt: null, secrets: [{ id: secretIdOf(rotated), expiresAt: null }] });
    expect(await exchangeOutcomes(old, other, rotated)).toEqual([REFUSED, REFUSED, GRANTED]);
    for (const how of ['finish', 'cancel'] as const) expect(seen(await conclude(how))).toEqual(CONFLICT);
  });

  test('is refused until the rotation before it has ended', async () => {
    const first = await rotate(60);
    const during = await show();
    for (const grace of [0, 60]) expect(seen(await tryToRotate(grace))).toEqual(CONFLICT);
    expect([await show(), await exchangeOutcomes(old, first)]).toEqual([during, [GRANTED, GRANTED]]);
    world.clock.advance(60);
    expect(await exchangeOutcomes(first, await rotate(60))).toEqual([GRANTED, GRANTED]);
  });

  test('is refused if six secrets would work at a time', async () => {
    for (let count = 2; count <= 5; count += 1) await add();
    expect(seen(await tryToRotate(60))).toEqual(CONFLICT);
    expect(await exchangeOutcomes(await rotate(0), old)).toEqual([GRANTED, REFUSED]);
  });

  test('ends when it is finished, with the new secret alone', async () => {
    const rotated = await rotate(60);
    const finished = await conclude('finish');
    const secrets = rotated.secrets.slice(1);
    const { clientId, version } = rotated;
    expect(seen(finished)).toEqual({
      status: 200,
      body: { clientId, secrets, rotationEndsAt: null, version: version + 1 },
    });
    expect(await exchangeOutcomes(old, rotated)).toEqual([REFUSED, GRANTED]);
    for (const how of ['finish', 'cancel'] as const) expect(seen(await conclude(how))).toEqual(CONFLICT);
  });

  test('leaves everything as it was when it is cancelled', async () => {
    const short = await add({ title: 'short', expiresInSeconds: 90 });
    const before = await show();
    const rotated = await rotate(60);
    const cancelled = await conclude('cancel');
    const { clientId, version } = rotated;
    expect(seen(cancelled)).toEqual({
      status: 200,
      body: { clientId, secrets: before.secrets, rotationEndsAt: null, version: version + 1 },
    });
    expect(await exchangeOutcomes(old, short, rotated)).toEqual([GRANTED, GRANTED, REFUSED]);
    for (const how of ['finish', 'cancel'] as const) expect(seen(await conclude(how))).toEqual(CONFLICT);
    world.clock.advance(61);
    expect(await exchangeOutcomes(old, short)).toEqual([GRANTED, GRANTED]);
  });

  test('cannot be cancelled once its old secrets have ended or are deleted', async () => {
    const rotated = await rotate(60);
    expect((await remove(secretIdOf(old))).status).toBe(204);
    expect(seen(await conclude('cancel'))).toEqual(CONFLICT);
    expect(await exchangeOutcomes(rotated)).toEqual([GRANTED]);
    world.clock.advance(60);
    for (const how of ['finish', 'cancel'] as const) expect(seen(await conclude(how))).toEqual(CONFLICT);
  });

  test('is cancelled if its new secret is deleted', async () => {
    const before = await show();
    const rotated = await rotate(60);
    expect((await remove(secretIdOf(rotated))).status).toBe(204);
    // A deletion also ends access tokens, which applications show.
    expect({ ...(await show()), tokensRevokedUntil: undefined }).toEqual({ ...before, version: before.version + 2 });
    world.clock.advance(60);
    expect(await exchangeOutcomes(old, rotated)).toEqual([GRANTED, REFUSED]);
  });

  test.each([-1, 0.5, 604_801, '60', null, undefined])('is refused with a grace of %j', async (grace) => {
    const before = await show();
    expect(seen(await tryToRotate(grace))).toEqual(problem(400, 'invalid_request', 'graceSeconds'));
    expect(await show()).toEqual(before);
  });

  test('that is requested again with its Idempotency-Key does not begin again', async () => {
    const key = { 'idempotency-key': `rotation of ${owner.path}`.replaceAll(/[ /]/g, '-') };
    const ask = () => manage('POST', `${owner.path}/secrets/rotate`, { graceSeconds: 0 }, key);
    const { clientSecret = '', ...first } = await succeed<ShownSecrets>(ask());
    const again = await succeed<ShownSecrets>(ask());
    expect(again).toEqual(expect.objectContaining(first));
    expect(again).not.toHaveProperty('clientSecret');
    expect(await exchangeOutcomes({ ...old, clientSecret }, old)).toEqual([GRANTED, REFUSED]);
  });
});
