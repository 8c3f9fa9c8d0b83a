import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDynamo } from '#infra/local/dynamo.ts';
import { startLocalEvents } from '#infra/local/events.ts';
import { startLocalKms } from '#infra/local/kms/kms.ts';

const engines = {
  DynamoDB: () => startLocalDynamo(),
  KMS: () => startLocalKms(),
  EventBridge: () => startLocalEvents(() => undefined),
} as const;

/** The status of a request to this engine for a host. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', headers: { host }, agent: false });
  sent.end('{}');
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test.each(Object.entries(engines))('L12: the local %s answers no request for another host', async (_, start) => {
  const engine = await start();
  onTestFinished(() => engine.close());
  const { port } = new URL(engine.url);
  const statuses = ['127.0.0.1:PORT', 'localhost', '[::1]:PORT', 'evil.example:PORT', 'localhost.evil.example'].map(
    (host) => statusFor(engine.url, host.replace('PORT', port)),
  );
  const [byAddress, byName, byIpv6, ...others] = await Promise.all(statuses);
  expect([byAddress, byName, byIpv6]).not.toContain(421);
  expect(others).toEqual([421, 421]);
});
