import { expect, test } from 'vitest';
import { memoryRequestLimiter } from '#shared/adapters/node/memory-request-limiter.ts';
import { exchange } from '#shared/api/oauth/oauth.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { type AuditEvent, REFUSALS_KEPT_PER_MINUTE } from '#shared/domain/records/audit.ts';
import { auditRefusals } from '#shared/http/steps/refusals.ts';
import { incoming } from '#test/support/ports/incoming.ts';

/** The addresses that the audit log keeps of requests that are all refused, in this order. */
async function keptOf(sources: readonly string[]): Promise<readonly string[]> {
  const kept: AuditEvent[] = [];
  const audit = { append: async (event: AuditEvent) => void kept.push(event) };
  const ports = { clock: { nowSeconds: () => 1_800_000_000 }, requestLimiter: memoryRequestLimiter(), audit };
  const step = auditRefusals(() => ports);
  for (const source of sources) {
    const event = incoming({ source, route: exchange.routes.token });
    const request = { event, error: new DomainError('invalid_client', 'No.'), response: null };
    await step.onError?.(request as never);
  }
  return kept.map(({ actor }) => actor.ip);
}

test('Sound 13: the refusals of one /64 share the lines of one source, and another network has its own', async () => {
  const ofOneNetwork = Array.from({ length: 40 }, (_, host) => `2001:db8:0:1::${host.toString(16)}`);
  const elsewhere = '2001:db8:0:2::1';
  expect(await keptOf([...ofOneNetwork, elsewhere])).toEqual([
    ...ofOneNetwork.slice(0, REFUSALS_KEPT_PER_MINUTE),
    elsewhere,
  ]);
});
