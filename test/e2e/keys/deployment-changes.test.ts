import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '#functions/keep-signing-keys.ts';
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';
import { type Listening, listenOnLoopback } from '#infra/local/loopback.ts';
import { settingsOf } from '#test/support/arrange/settings.ts';
import { keysInKms } from '#test/support/stored/keys-in-kms.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();

const context = lambdaContext('keep-signing-keys', 10_000);

/** CloudFormation, which waits for the answer to its event. */
let cloudFormation: Listening;
let answers: unknown[];
let status: number;
beforeEach(async () => {
  answers = [];
  status = 200;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      answers.push({ method: request.method, ...JSON.parse(body) });
      response.writeHead(status).end();
    });
  });
  cloudFormation = await listenOnLoopback(server);
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await cloudFormation.close();
});

const about = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'AdmittedRoles' };

const change = (RequestType: string, properties: object, more: object = {}) =>
  handler.with({ environment: () => settingsOf(world) })(
    {
      ...about,
      RequestType,
      ResponseURL: `${cloudFormation.url}/answer?signature=secret`,
      ResourceProperties: { ServiceToken: 'arn', policy: '{}', ...properties },
      ...more,
    },
    context,
  );

describe('Sound 19: CloudFormation', () => {
  test('learns that a new deployment has no keys yet, and gets a name for its resource', async () => {
    expect(await change('Create', { step: 'admit', removal: 'destroy' })).toMatchObject({
      admitted: expect.any(Number),
    });
    const PhysicalResourceId = 'mintmark-AdmittedRoles';
    expect(answers).toEqual([{ method: 'PUT', ...about, PhysicalResourceId, Status: 'SUCCESS' }]);
  });

  test('ends the keys that Mintmark made when it deletes the deployment, if the owner wants that', async () => {
    await world.run('rotate-signing-keys');
    const made = await keysInKms();
    expect(made.length).toBeGreaterThan(0);
    const own = { PhysicalResourceId: 'mine' };
    expect([
      await change('Delete', { step: 'settle', removal: 'destroy' }, own),
      await change('Delete', { step: 'admit', removal: 'retain' }, own),
      await keysInKms(),
    ]).toEqual([{ admitted: 0, settled: 0, ended: 0 }, { admitted: 0, settled: 0, ended: 0 }, made]);
    expect(await change('Delete', { step: 'admit', removal: 'destroy' }, own)).toMatchObject({ ended: made.length });
    expect(await keysInKms()).toEqual([]);
    expect(answers).toEqual(Array(3).fill({ method: 'PUT', ...about, ...own, Status: 'SUCCESS' }));
  });

  test('learns of a failure, without its details', async () => {
    expect(await change('Update', { step: 'unknown' })).toBeUndefined();
    expect(answers).toEqual([
      {
        method: 'PUT',
        ...about,
        PhysicalResourceId: 'mintmark-AdmittedRoles',
        Status: 'FAILED',
        Reason: 'See the log of keep-signing-keys.',
      },
    ]);
  });

  test('is not told twice, and the run fails, if it does not take the answer', async () => {
    status = 500;
    await expect(change('Create', { step: 'admit' })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(answers).toHaveLength(1);
  });

  test.each([{ RequestType: 'Replace' }, { ResponseURL: 'no URL' }, { StackId: undefined }])(
    'sends no event like this: %j',
    async (wrong) => {
      await expect(change('Delete', { step: 'admit', removal: 'destroy' }, wrong)).rejects.toThrow();
      expect(answers).toEqual([]);
    },
  );
});
