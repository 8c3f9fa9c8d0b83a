import { beforeAll, describe, expect, test } from 'vitest';
import { type Manage, managementRequest, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
let token: string;
let manage: Manage;
beforeAll(async () => {
  token = await world.tokenFor(world.admin);
  manage = manageWith(world, token);
});

/** Longer than a change that broke off keeps an address taken. */
const GRACE_SECONDS = 61;

interface User {
  readonly id: string;
  readonly email: string;
}

let serial = 0;
/** An address that nobody has. */
function freshAddress(): string {
  serial += 1;
  return `address${serial}@example.com`;
}
const create = (email = freshAddress()) => succeed<User>(manage('POST', '/v1/users', { email }));
const change = ({ id }: User, body: object, headers = {}) => manage('PATCH', `/v1/users/${id}`, body, headers);
const emailOf = async ({ id }: User) => (await succeed<User>(manage('GET', `/v1/users/${id}`))).email;

const TAKEN = problem(409, 'conflict', 'email');

/** Whether another user may have this address now; if so, that user gets it. */
async function isFree(email: string): Promise<boolean> {
  const { status } = await manage('POST', '/v1/users', { email });
  if (status !== 201 && status !== 409) throw new Error(`The creation answered ${status}.`);
  return status === 201;
}

describe("a user's new e-mail address", () => {
  test('is kept in small letters, and other users can have the old address at once', async () => {
    const user = await create();
    const [old, email] = [user.email, freshAddress()];
    expect((await change(user, { email: email.toUpperCase() })).body).toMatchObject({ email });
    expect(await emailOf(user)).toBe(email);
    expect([await isFree(email), await isFree(old)]).toEqual([false, true]);
  });

  test('is refused while it is the address of somebody else, in capital or small letters', async () => {
    const [user, other] = [await create(), await create()];
    for (const email of [other.email, other.email.toUpperCase()]) {
      expect(seen(await change(user, { email, name: 'Intruder' }))).toEqual(TAKEN);
    }
    expect((await manage('GET', `/v1/users/${user.id}`)).body).toEqual(user);
    expect(await isFree(user.email)).toBe(false);
  });

  test('may be the address that the user already has', async () => {
    const user = await create();
    for (const email of [user.email, user.email.toUpperCase()])
      expect((await change(user, { email })).status).toBe(200);
    expect([await emailOf(user), await isFree(user.email)]).toEqual([user.email, false]);
  });

  test('may be an address that the user had before', async () => {
    const user = await create();
    const other = freshAddress();
    for (const email of [other, user.email, other, user.email]) await succeed(change(user, { email }));
    expect([await emailOf(user), await isFree(user.email), await isFree(other)]).toEqual([user.email, false, true]);
  });

  test('can be exchanged by two users through a third address', async () => {
    const [first, second] = [await create(), await create()];
    await succeed(change(first, { email: freshAddress() }));
    await succeed(change(second, { email: first.email }));
    await succeed(change(first, { email: second.email }));
    expect([await emailOf(first), await emailOf(second)]).toEqual([second.email, first.email]);
  });

  test.each([
    ['of a stale version', {}, { 'if-match': '"7"' }, 412],
    ['with metadata that is too large', { metadata: { x: 'x'.repeat(5_000) } }, {}, 400],
  ])('stays free after a change %s', async (_what, body, headers, status) => {
    const user = await create();
    const email = freshAddress();
    expect((await change(user, { email, ...body }, headers)).status).toBe(status);
    expect([await emailOf(user), await isFree(email), await isFree(user.email)]).toEqual([user.email, true, false]);
  });
});

describe('RACE: changes of e-mail addresses at once', () => {
  test('give one address to exactly one of 8 users who want it', async () => {
    const email = freshAddress();
    const users = await Promise.all(race(8, () => create()));
    const replies = await Promise.all(users.map((user) => change(user, { email })));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 409: 7 });
    const owners = await Promise.all(users.map(emailOf));
    expect(owners).toEqual(users.map((user, index) => (replies[index]?.status === 200 ? email : user.email)));
  });

  test('leave a user one of many addresses, and the other addresses free', async () => {
    const user = await create();
    const addresses = race(8, async () => freshAddress());
    const replies = await Promise.all(addresses.map(async (email) => change(user, { email: await email })));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 8 });
    const kept = await emailOf(user);
    const all = [user.email, ...(await Promise.all(addresses))];
    expect(await Promise.all(all.map(isFree))).toEqual(all.map((email) => email !== kept));
  });

  test('leave a user who changes an address back and forth only the address that is shown', async () => {
    const user = await create();
    const other = freshAddress();
    const replies = await Promise.all(race(8, (runner) => change(user, { email: runner % 2 ? user.email : other })));
    const { 200: done = 0, 409: lost = 0, ...others } = countEach(replies.map(({ status }) => status));
    expect({ all: done + lost, others }).toEqual({ all: 8, others: {} });
    expect(await isFree(await emailOf(user))).toBe(false);
  });
});

describe('F-CRASH, F-AMBIG: a change of an e-mail address', () => {
  /** The n-th write to the directory, and every one after it, is refused. */
  const refusingFromWrite = (n: number) => {
    let writes = 0;
    return (operation: string, body: string) => {
      if (/^(?:Put|Delete)Item$/.test(operation) && body.includes('mintmark-directory')) writes += 1;
      return writes >= n && operation !== 'BatchGetItem' ? denied() : undefined;
    };
  };

  test.each([
    ['after the claim', 2, 'old'],
    ['before the old address was given free', 3, 'new'],
  ])('can be repeated after it broke off %s', async (_when, write, has) => {
    const user = await create();
    const email = freshAddress();
    const broken = await whileFailing(world.dynamo, refusingFromWrite(write), () => change(user, { email }));
    expect([broken.status, await emailOf(user)]).toEqual([503, has === 'old' ? user.email : email]);
    await succeed(change(user, { email }));
    expect([await emailOf(user), await isFree(email)]).toEqual([email, false]);
  });

  test.each([
    ['after the claim', 2, 'new'],
    ['before the old address was given free', 3, 'old'],
  ])('leaves no address claimed for ever after it broke off %s', async (_when, write, left) => {
    const user = await create();
    const email = freshAddress();
    await whileFailing(world.dynamo, refusingFromWrite(write), () => change(user, { email }));
    const [claimed, kept] = left === 'new' ? [email, user.email] : [user.email, email];
    expect([await emailOf(user), await isFree(claimed)]).toEqual([kept, false]);
    world.clock.advance(GRACE_SECONDS);
    expect([await isFree(claimed), await isFree(kept)]).toEqual([true, false]);
  });

  test('succeeds once if the reply to each of its writes is lost', async () => {
    const user = await create();
    const email = freshAddress();
    const lost = new Set<string>();
    const loseFirstReplies = (operation: string, body: string): Fault | undefined => {
      if (!/^(?:Put|Delete)Item$/.test(operation) || lost.has(body)) return undefined;
      lost.add(body);
      return { kind: 'lose-reply' };
    };
    const instance = await startFunctionInstance(world);
    const request = managementRequest(token, 'PATCH', `/v1/users/${user.id}`, { email });
    const reply = await whileFailing(world.dynamo, loseFirstReplies, () => instance.send(request));
    await instance.close();
    expect(reply.body).toMatchObject({ email, version: 2 });
    expect([await isFree(email), await isFree(user.email), lost.size]).toEqual([false, true, 5]);
  });
});
