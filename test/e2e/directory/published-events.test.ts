import { beforeEach, describe, expect, test } from 'vitest';
import { eventBridgeBus } from '#shared/adapters/eventbridge/event-bus.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { EventBus } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

/** Longer than the lines of one moment take to be written. */
const SETTLE_SECONDS = 20;

/** How the next run fails. */
let fault: 'refuse' | 'lose reply' | undefined;

const unreliableBus = (environment: Environment): EventBus => {
  const bus = eventBridgeBus(environment);
  return {
    publish: async (events) => {
      const failing = fault;
      fault = undefined;
      if (failing !== 'refuse') await bus.publish(events);
      if (failing !== undefined) throw new DomainError('temporarily_unavailable', 'No answer.');
    },
  };
};

const world = useWorld({ adapters: { eventBus: unreliableBus } });
const acme = useAcme(world);
beforeEach(() => publishAll());

/** The events of one more run. */
async function publishAll() {
  const before = world.events.length;
  world.clock.advance(SETTLE_SECONDS);
  await world.run('publish-events');
  return world.events.slice(before);
}

const create = (name: string) => world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: name });

describe('an event on EventBridge', () => {
  test('has the content of the audit log, and the source mintmark', async () => {
    const reply = await create('export');
    const requestId = reply.headers.get('x-request-id');
    const { clientId } = reply.body as { clientId: string };
    const time = new Date(world.clock.nowSeconds() * 1_000).toISOString();
    expect(await publishAll()).toEqual([
      {
        source: 'mintmark',
        detailType: 'api_token.created',
        detail: {
          id: `${requestId}#succeeded`,
          time,
          tenantId: acme.tenantId,
          outcome: 'succeeded',
          requestId,
          actor: { clientId: world.admin.clientId, subject: world.admin.clientId, ip: '127.0.0.1', userAgent: 'node' },
          target: { tenantId: acme.tenantId, clientId },
        },
      },
    ]);
  });

  test('has the reason of a refusal', async () => {
    await world.manage('DELETE', '/v1/users/usr_0000000000000000000000');
    expect(await publishAll()).toMatchObject([
      { detailType: 'user.deleted', detail: { outcome: 'refused', reason: 'not_found' } },
    ]);
  });

  test('B21: holds no secret', async () => {
    const { clientSecret } = (await create('secretive')).body as { clientSecret: string };
    const [event] = await publishAll();
    expect(JSON.stringify(event)).not.toContain(clientSecret.slice(10, 40));
  });

  test('is sent neither for a read nor for an exchange', async () => {
    await world.manage('GET', '/v1/tenants');
    await world.tokenFor(acme.tenantToken);
    expect(await publishAll()).toEqual([]);
  });
});

describe('a run that publishes events', () => {
  const names = (events: Awaited<ReturnType<typeof publishAll>>) =>
    events.map(({ detail }) => (detail as { requestId: string }).requestId);
  const createMany = async (count: number) => {
    const ids: (string | null)[] = [];
    for (let serial = 0; serial < count; serial += 1) {
      world.clock.advance(1);
      ids.push((await create(`number ${serial}`)).headers.get('x-request-id'));
    }
    return ids;
  };

  test('publishes all events in order, also more events than one call takes', async () => {
    const ids = await createMany(23);
    expect(names(await publishAll())).toEqual(ids);
  });

  test('leaves its events to the next run if EventBridge does not answer', async () => {
    const ids = await createMany(2);
    fault = 'refuse';
    await expect(publishAll()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(names(await publishAll())).toEqual(ids);
  });

  test('leaves its events to be sent again with the same ids if a reply is lost', async () => {
    const ids = await createMany(2);
    const before = world.events.length;
    fault = 'lose reply';
    await expect(publishAll()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await publishAll();
    expect(names(world.events.slice(before))).toEqual([...ids, ...ids]);
  });

  test('loses nothing beside another run', async () => {
    const ids = await createMany(3);
    const before = world.events.length;
    world.clock.advance(SETTLE_SECONDS);
    await Promise.all([world.run('publish-events'), world.run('publish-events')]);
    expect([...new Set(names(world.events.slice(before)))]).toEqual(ids);
  });

  test('leaves an event of the last moments to the next run', async () => {
    await create('too early');
    const before = world.events.length;
    await world.run('publish-events');
    expect(world.events.length).toBe(before);
    expect((await publishAll()).length).toBe(1);
  });
});
