import { describe, expect, test } from 'vitest';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { secretIdOf, secretOwners } from '#test/support/clients/secret-owners.ts';
import { GRANTED, REFUSED, useSecretOwner } from '#test/support/clients/use-secret-owner.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { opened, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** Holds up a request between the read of its client and the comparison of its secret. */
let gate: { readonly arrived: () => void; readonly opened: Promise<void> } | undefined;

function gatedHasher() {
  const hasher = bcryptHasher(undefined, 4);
  const compare: typeof hasher.compare = async (secret, hash) => {
    gate?.arrived();
    await gate?.opened;
    return hasher.compare(secret, hash);
  };
  return { ...hasher, remembers: () => false, compare };
}

const world = useWorld({ onReply: assertConforms, adapters: { hasher: gatedHasher } });
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
const acme = useAcme(world);
const manage = useManage(world);

const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });

const visit = async (token: string) => (await online.visit('GET', '/reports', `Bearer ${token}`)).status;

describe.each(secretOwners)('the secrets of $owner', ({ create }) => {
  const { owner, add, remove, show, exchangeOutcomes } = useSecretOwner({ world, manage, acme }, create);

  test('I9: end every access token of the client at once when one of them is deleted', async () => {
    const other = await add();
    const tokens = await Promise.all(
      [other, owner.credentials].map((one) => world.tokenFor(one, { audience: REPORTS })),
    );
    expect(seen(await remove(secretIdOf(other)))).toEqual({ status: 204, body: undefined });
    expect(await Promise.all(tokens.map((token) => introspectedScope(world, token)))).toEqual([undefined, undefined]);
    expect(await Promise.all(tokens.map(visit))).toEqual([403, 403]);
    expect(await exchangeOutcomes(other, owner.credentials)).toEqual([REFUSED, GRANTED]);
  });

  test('I9: end no token that was obtained after the deletion, even in the same second', async () => {
    const [first, second] = [await add(), await add()];
    await remove(secretIdOf(first));
    const between = await world.tokenFor(second, { audience: REPORTS });
    expect([await introspectedScope(world, between), await visit(between)]).toEqual([GRANTED, 200]);
    await remove(secretIdOf(second));
    const after = await world.tokenFor(owner.credentials, { audience: REPORTS });
    expect([await introspectedScope(world, between), await visit(between)]).toEqual([undefined, 403]);
    expect([await introspectedScope(world, after), await visit(after)]).toEqual([GRANTED, 200]);
  });

  test('B13: are refused after their deletion as if the client were unknown', async () => {
    const other = await add();
    await remove(secretIdOf(other));
    const unknown = await exchange({ ...other, clientId: 'cli_0000000000000000000000' });
    expect(wholeReply(await exchange(other))).toEqual(wholeReply(unknown));
  });

  test('cannot all be deleted: the last secret stays', async () => {
    const before = await show();
    expect(seen(await remove(secretIdOf(owner.credentials)))).toEqual(problem(409, 'conflict'));
    await add({ expiresInSeconds: 60 });
    world.clock.advance(60);
    expect(seen(await remove(secretIdOf(owner.credentials)))).toEqual(problem(409, 'conflict'));
    expect([(await show()).secrets[0], await exchangeOutcomes(owner.credentials)]).toEqual([
      before.secrets[0],
      [GRANTED],
    ]);
  });

  test('I9: end the token of an exchange that was under way when they were deleted', async () => {
    const other = await add();
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const exchanging = await new Promise<{ readonly reply: Promise<Reply> }>((arrived) => {
      const reply = exchange(other);
      gate = { arrived: () => arrived({ reply }), opened };
    });
    gate = undefined;
    expect((await remove(secretIdOf(other))).status).toBe(204);
    world.clock.advance(2);
    open();
    const { status, body } = await exchanging.reply;
    const { access_token: token = '' } = body as { access_token?: string };
    expect([status, await introspectedScope(world, token), await visit(token)]).toEqual([200, undefined, 403]);
  });
});
