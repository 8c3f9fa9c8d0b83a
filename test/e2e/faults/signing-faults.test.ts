import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULTS, signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const LEDGER = 'https://api.example.com/ledger';

const world = useWorld();
const acme = useAcme(world);
const keys = signingKeysOf(world);
/** An application with a permission at an API that takes RS256, and at one that takes ES256. */
const client = prepared(() => createApplication(world));
let kms: KMSClient;
beforeAll(async () => {
  // Without the proxy, which counts calls and makes them fail.
  kms = new KMSClient({ endpoint: world.kms.engine.url });
  const ledger = await registerApi(world, ['read:ledger'], { identifier: LEDGER, signingAlgorithm: 'ES256' });
  await grantPermissions(world, client, ledger.id, 'all');
  await grantPermissions(world, client, acme.apiId, 'all');
});
afterAll(() => kms.destroy());

const exchange = (audience: string) =>
  world.post('/oauth/token', client, { grant_type: 'client_credentials', audience });
const statuses = async () => [(await exchange(REPORTS)).status, (await exchange(LEDGER)).status];
const isActive = (token: string) => isTokenActive(world, token, client);

/** The id in KMS of the key that signs with this algorithm. */
async function arnOf(algorithm: string, state = 'active'): Promise<string> {
  const kid = await keys.find(algorithm, state);
  const item = (await itemsOf('directory')).find(({ key }) => key === 'signingKeys#workspace');
  const record = item?.record as { keys: { kid: string; custody: { keyArn: string } }[] } | undefined;
  return record?.keys.find((key) => key.kid === kid)?.custody.keyArn ?? '';
}

describe('a key in KMS that cannot sign', () => {
  test.each([
    [
      'is disabled',
      (KeyId: string) => kms.send(new DisableKeyCommand({ KeyId })),
      (KeyId: string) => kms.send(new EnableKeyCommand({ KeyId })),
    ],
    [
      'is pending deletion',
      (KeyId: string) => kms.send(new ScheduleKeyDeletionCommand({ KeyId })),
      async (KeyId: string) => {
        await kms.send(new CancelKeyDeletionCommand({ KeyId }));
        await kms.send(new EnableKeyCommand({ KeyId }));
      },
    ],
  ])('V6: because it %s makes its algorithm unavailable, and no other', async (_name, spoil, repair) => {
    const keyArn = await arnOf('ES256');
    const token = await world.tokenFor(client, { audience: LEDGER });
    await spoil(keyArn);
    expect([await statuses(), await isActive(token)]).toEqual([[200, 503], true]);
    await repair(keyArn);
    expect(await statuses()).toEqual([200, 200]);
  });

  test('V6: does not stop the run that makes the next key, which takes over when the broken key is revoked', async () => {
    const keyArn = await arnOf('ES256');
    await kms.send(new DisableKeyCommand({ KeyId: keyArn }));
    await keys.run();
    await keys.revoke(await keys.find('ES256', 'active'));
    expect(await statuses()).toEqual([200, 200]);
  });
});

describe('an answer of KMS to a signature', () => {
  test.each([
    ['a valid signature of another key', async (body: string) => (await signInstead(body)) as object],
    ['a signature of another message', async (body: string) => sign(await arnOf('ES256'), body, Buffer.alloc(32, 1))],
    ['what is no signature', async () => ({ Signature: 'AAAA' })],
    ['nothing', async () => ({})],
  ])('F-KMS, V6: never leaves the process if it is %s', async (_name, answer) => {
    // The proxy decides at once, so the false answer is made before the exchange, for what it will ask.
    let asked = '';
    const listen = (operation: string, body: string) => {
      if (operation === 'Sign') asked = body;
      return undefined;
    };
    await whileFailing(world.kms, listen, () => exchange(LEDGER));
    const body = await answer(asked);
    const lie = (operation: string) => (operation === 'Sign' ? ({ kind: 'answer', body } as const) : undefined);
    const reply = await whileFailing(world.kms, lie, () => exchange(LEDGER));
    expect([reply.status, reply.body]).toEqual([503, expect.objectContaining({ error: 'temporarily_unavailable' })]);
    expect(await statuses()).toEqual([200, 200]);
  });

  async function signInstead(body: string): Promise<unknown> {
    await keys.run();
    return sign(await arnOf('ES256', 'pending'), body);
  }

  async function sign(KeyId: string, body: string, message?: Buffer): Promise<object> {
    const { Message = '' } = JSON.parse(body) as { Message?: string };
    const digest = message ?? Buffer.from(Message, 'base64');
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
    );
    return { Signature: Buffer.from(Signature).toString('base64'), KeyId };
  }
});

describe('a long-lived token', () => {
  test('F8: stays active when the key that signed it is retired, and ends when this key is revoked', async () => {
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const request = { description: 'for years', kind: 'access_token', roleIds: [acme.readerRoleId], audience: REPORTS };
    const { accessToken: token } = (await world.manage('POST', path, request)).body as { accessToken: string };
    const introspect = async () => (await world.post('/oauth/introspect', acme.tenantToken, { token })).body;
    const kid = decodeProtectedHeader(token).kid;
    const next = async () => {
      await keys.run();
      world.clock.advance(DEFAULTS.lead);
      await keys.rotate(await keys.find('RS256', 'active'));
    };
    await next();
    world.clock.advance(DEFAULTS.retention);
    expect((await keys.keySet()).keys.filter((key) => key.kid === kid)).toEqual([]);
    expect(await introspect()).toMatchObject({ active: true, aud: REPORTS });
    await keys.revoke(kid);
    expect(await introspect()).toEqual({ active: false });
  });

  test('V1, F8: is signed by a key that the product made, which is deleted in KMS when it is retired', async () => {
    const active = await arnOf('RS256');
    await keys.run();
    world.clock.advance(DEFAULTS.lead);
    await keys.rotate(await keys.find('RS256', 'active'));
    world.clock.advance(DEFAULTS.retention);
    world.kms.forget();
    await keys.run();
    const given = world.kms.bodies.filter((body, index) => world.kms.calls[index] === 'ScheduleKeyDeletion' && body);
    expect(given.map((body) => (JSON.parse(body) as { KeyId: string }).KeyId)).toContain(active);
  });
});
