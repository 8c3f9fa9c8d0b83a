import { describe, expect, test } from 'vitest';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { storeTenant } from '#test/support/arrange/tenant-rows.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const output = captureOutput();
const world = useWorld();

/** The log lines of one run. */
async function linesOfRun(name: 'remove-deleted' | 'publish-events') {
  output.forget();
  await world.run(name).catch(() => undefined);
  return output.lines();
}

describe.each(['remove-deleted', 'publish-events'] as const)('a run of %s', (name) => {
  test('leaves no line if there was nothing to do', async () => {
    world.clock.advance(60);
    await world.run(name);
    expect(await linesOfRun(name)).toEqual([]);
  });

  test('leaves a line if there was something to do', async () => {
    const id = await storeTenant(world, { tenantTokens: 1, members: 0, serviceUsers: 0 });
    const manage = manageWith(world, await world.tokenFor(world.admin));
    await succeed(manage('DELETE', `/v1/tenants/${id}`));
    world.clock.advance(60);
    const line = { level: 'INFO', message: 'task', function: name, outcome: 'ok' };
    expect(await linesOfRun(name)).toEqual([expect.objectContaining(line)]);
  });

  test('leaves a line if it failed', async () => {
    const failing = whileFailing(world.dynamo, denied, () => linesOfRun(name));
    const line = { level: 'ERROR', message: 'task', function: name, outcome: 'temporarily_unavailable' };
    expect(await failing).toEqual([expect.objectContaining(line)]);
  });
});
