import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { statusOf } from '#test/support/ask/status-lists.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

/** Longer than the time for which a read is shared. */
const SILENCE_MILLISECONDS = 600;

const world = useWorld();
const acme = useAcme(world);
let list: string;
beforeAll(async () => {
  await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true });
  list = new URL(statusOf(await world.tokenFor(acme.tenantToken)).uri).pathname;
});

describe('a request after a silence does not wait for what an earlier request waits for', () => {
  test.each([
    ['the signing keys', (): string => '/.well-known/jwks.json'],
    ['a status list', (): string => list],
  ] as const)('reading %s', async (_name, path) => {
    const instance = await startFunctionInstance(world);
    const finished: string[] = [];
    const read = async (name: string) => {
      const { status } = await fetch(instance.url + path());
      finished.push(`${name}: ${status}`);
    };
    world.dynamo.injectFault(() => ({ kind: 'hang' }));
    const during = read('during');
    await wait(SILENCE_MILLISECONDS);
    world.dynamo.injectFault(undefined);
    await read('after');

    expect(finished).toEqual(['after: 200']);
    await during;
    await instance.close();
  });
});
