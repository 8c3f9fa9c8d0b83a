import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Manage, managementRequest, manageWith } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import {
  obtainSecret,
  type SecretOwner,
  type ShownSecrets,
  secretIdOf,
  secretOwners,
} from '#test/support/clients/secret-owners.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { startFunctionInstance, type TimedReply } from '#test/support/world/function-instance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials, Reply } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let token: string;
let manage: Manage;
let owner: SecretOwner;
beforeAll(async () => {
  token = await world.tokenFor(world.admin);
  manage = manageWith(world, token);
});
beforeEach(async () => {
  owner = (await secretOwners[0]?.create(manage, acme)) ?? owner;
});

const add = (body: object = {}) => manage('POST', `${owner.path}/secrets`, body);
const rotate = (graceSeconds: number, headers = {}) =>
  manage('POST', `${owner.path}/secrets/rotate`, { graceSeconds }, headers);
const remove = (credentials: Credentials) => manage('DELETE', `${owner.path}/secrets/${secretIdOf(credentials)}`);
const show = async () =>
  (await manage('GET', owner.path)).body as ShownSecrets & { readonly metadata?: Readonly<Record<string, unknown>> };

/** The credentials in these replies. */
function credentialsIn(replies: readonly Pick<Reply, 'status' | 'body'>[]): readonly Credentials[] {
  return replies.filter(({ status }) => status === 201).map(({ body }) => body as ShownSecrets & Credentials);
}
const exchangeOutcomes = (all: readonly Credentials[]) => Promise.all(all.map((one) => exchangeOutcome(world, one)));
const GRANTED = 'read:reports';
const REFUSED = '401 invalid_client';

describe('RACE: of 8 changes of secrets at once', () => {
  test('exactly one begins a rotation, and its secret works beside the old secret', async () => {
    const replies = await Promise.all(race(8, () => rotate(60)));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 1, 409: 7 });
    const { secrets } = await show();
    expect(secrets.map(({ id }) => id)).toEqual([owner.credentials, ...credentialsIn(replies)].map(secretIdOf));
    expect(await exchangeOutcomes([owner.credentials, ...credentialsIn(replies)])).toEqual([GRANTED, GRANTED]);
  });

  test('exactly one rotates without grace if all name the same version', async () => {
    const replies = await Promise.all(race(8, () => rotate(0, { 'if-match': '"1"' })));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 1, 412: 7 });
    expect(await exchangeOutcomes([owner.credentials, ...credentialsIn(replies)])).toEqual([REFUSED, GRANTED]);
  });

  test('rotations, additions, deletions and updates lose nothing that was confirmed', async () => {
    const other = await obtainSecret(manage, owner, 'secrets', {});
    const acts: readonly ((runner: number) => Promise<Reply>)[] = [
      () => rotate(60),
      () => add({ title: 'blue' }),
      () => remove(other),
      (runner) => manage('PATCH', owner.path, { metadata: { [`m${runner}`]: runner } }),
    ];
    const replies = await Promise.all(race(8, (runner) => acts[runner % 4]?.(runner) ?? rotate(60)));
    const refused = replies.filter(({ status }) => status >= 300).map(({ status }) => status);
    expect(refused.filter((status) => status !== 409 && status !== 404)).toEqual([]);
    const after = await show();
    const updated = replies.flatMap(({ status }, runner) => (status === 200 ? [runner] : []));
    expect(after.version).toBe(2 + replies.length - refused.length);
    expect(after.metadata ?? {}).toEqual(Object.fromEntries(updated.map((runner) => [`m${runner}`, runner])));
    const isDeleted = replies.some(({ status }) => status === 204);
    const expected = [owner.credentials, ...(isDeleted ? [] : [other]), ...credentialsIn(replies)];
    expect(new Set(after.secrets.map(({ id }) => id))).toEqual(new Set(expected.map(secretIdOf)));
    expect(await exchangeOutcomes(expected)).toEqual(expected.map(() => GRANTED));
  });
});

describe('F-AMBIG: if the reply to each of its writes is lost,', () => {
  /** Has an instance of its own serve a request, because the AWS SDK stops repeating calls when too many fail. */
  async function losingReplies(...request: Parameters<Manage>): Promise<TimedReply> {
    const lost = new Set<string>();
    const loseFirstReply = (operation: string, body: string): Fault | undefined => {
      if (operation !== 'PutItem' || lost.has(body)) return undefined;
      lost.add(body);
      return { kind: 'lose-reply' };
    };
    const instance = await startFunctionInstance(world);
    const sent = managementRequest(token, ...request);
    try {
      return await whileFailing(world.dynamo, loseFirstReply, () => instance.send(sent));
    } finally {
      await instance.close();
    }
  }
  const secrets = () => `${owner.path}/secrets`;

  test('an addition adds one secret, which works', async () => {
    const reply = await losingReplies('POST', secrets(), {});
    expect([reply.status, (await show()).secrets.length]).toEqual([201, 2]);
    expect(await exchangeOutcomes(credentialsIn([reply]))).toEqual([GRANTED]);
  });

  test('a rotation is one rotation, which can be cancelled', async () => {
    const reply = await losingReplies('POST', `${secrets()}/rotate`, { graceSeconds: 60 });
    expect([reply.status, (await show()).version]).toEqual([201, 2]);
    expect(await exchangeOutcomes([owner.credentials, ...credentialsIn([reply])])).toEqual([GRANTED, GRANTED]);
    const cancelled = await losingReplies('POST', `${secrets()}/rotate/cancel`);
    expect(cancelled.body).toMatchObject({
      secrets: [{ id: secretIdOf(owner.credentials), expiresAt: null }],
      version: 3,
    });
  });

  test('a rotation is finished once', async () => {
    const rotated = await obtainSecret(manage, owner, 'secrets/rotate', { graceSeconds: 60 });
    const finished = await losingReplies('POST', `${secrets()}/rotate/finish`);
    expect(finished.body).toMatchObject({ secrets: [{ id: secretIdOf(rotated) }], rotationEndsAt: null, version: 3 });
  });

  test('a deletion deletes once', async () => {
    const other = await obtainSecret(manage, owner, 'secrets', {});
    const { status } = await losingReplies('DELETE', `${secrets()}/${secretIdOf(other)}`);
    expect([status, (await show()).version]).toEqual([204, 3]);
    expect(await exchangeOutcomes([other, owner.credentials])).toEqual([REFUSED, GRANTED]);
  });
});

describe('INV3, INV5: while clients cannot be written', () => {
  const refuseClients = (operation: string, body: string) =>
    operation === 'PutItem' && body.includes('mintmark-clients') ? denied() : undefined;

  test.each([
    ['an addition', () => add()],
    ['a rotation', () => rotate(60)],
    ['a rotation without grace', () => rotate(0)],
  ])('%s shows no secret and changes nothing', async (_what, request) => {
    const before = await show();
    const reply = await whileFailing(world.dynamo, refuseClients, request);
    expect(seen(reply)).toEqual(problem(503, 'temporarily_unavailable'));
    expect([reply.headers.get('retry-after'), reply.text]).toEqual(['1', expect.not.stringContaining('mms_')]);
    expect([await show(), await exchangeOutcomes([owner.credentials])]).toEqual([before, [GRANTED]]);
  });

  test('a deletion does not claim success', async () => {
    const other = await obtainSecret(manage, owner, 'secrets', {});
    const reply = await whileFailing(world.dynamo, refuseClients, () => remove(other));
    expect(seen(reply)).toEqual(problem(503, 'temporarily_unavailable'));
    expect(await exchangeOutcomes([other, owner.credentials])).toEqual([GRANTED, GRANTED]);
  });
});
