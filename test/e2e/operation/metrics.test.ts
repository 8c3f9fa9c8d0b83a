import { beforeEach, describe, expect, test } from 'vitest';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** CloudWatch reads metrics from log lines that name their metrics (Embedded Metric Format). */
interface MetricLine extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

const output = captureOutput();

const world = useWorld({ adapters: { failures: sharedFailureCounter } });
const acme = useAcme(world);
beforeEach(() => output.forget());

const lines = () => output.lines().filter((line): line is MetricLine => '_aws' in line);

const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials', audience: REPORTS });

/** The metrics of a line as CloudWatch files them: names with dimensions, units and values. */
function metricsOf(line: MetricLine | undefined) {
  return line?._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.map(({ Name, Unit }) => ({
      metric: `${Namespace}/${Name}`,
      dimensions: Dimensions.map((names) => names.map((name) => `${name}=${line[name]}`)),
      value: Unit === 'Count' ? line[Name] : Unit,
    })),
  );
}

const requestOf = (outcome: string) => {
  const dimensions = [['service=mintmark', 'function=exchange', `outcome=${outcome}`]];
  return [
    { metric: 'Mintmark/requests', dimensions, value: 1 },
    { metric: 'Mintmark/latencyMilliseconds', dimensions, value: 'Milliseconds' },
  ];
};

describe('U7: the metrics count once, by function and outcome only, a request', () => {
  test('that succeeds', async () => {
    await exchange(acme.tenantToken);
    expect(output.lines()).toEqual(lines());
    expect(lines().map(metricsOf)).toEqual([requestOf('ok')]);
  });

  test('that is refused', async () => {
    await exchange(acme.tenantToken);
    output.forget();
    await world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials', audience: 'urn:none' });
    expect(lines().map(metricsOf)).toEqual([requestOf('invalid_target')]);
  });

  test('that meets a failing dependency', async () => {
    await whileFailing(world.dynamo, denied, () => exchange(acme.personalToken));
    expect(metricsOf(lines().find(({ message }) => message === 'request'))).toEqual(
      requestOf('temporarily_unavailable'),
    );
  });
});

describe('the metrics count events of which no answer tells:', () => {
  test('Q2: a secret that Mintmark never issued, but not a secret that has ended', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const otherEnd = clientSecret.endsWith('0') ? '1' : '0';
    await exchange({ clientId, clientSecret: `${clientSecret.slice(0, -1)}${otherEnd}` });
    await exchange({ clientId: acme.personalToken.clientId, clientSecret: 'guess' });
    const forged = lines().map((line) => [line.outcome, line.forgedSecrets]);
    expect(forged).toEqual([
      ['invalid_client', 1],
      ['invalid_client', 1],
    ]);
    output.forget();
    const { body } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: 'short' });
    const deleted = body as Credentials;
    await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${deleted.clientId}`);
    output.forget();
    await exchange(deleted);
    expect(lines().map((line) => [line.outcome, line.forgedSecrets])).toEqual([['invalid_client', undefined]]);
  });

  test('R6: a failed attempt that could not be reported to other processes, until it is reported', async () => {
    const { body } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: 'short' });
    const deleted = body as Credentials;
    await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${deleted.clientId}`);
    output.forget();
    const isCount = (operation: string) => (operation === 'UpdateItem' ? denied() : undefined);
    await whileFailing(world.dynamo, isCount, async () => {
      await exchange(deleted);
      await exchange(deleted);
      await exchange(acme.tenantToken);
    });
    world.clock.advance(5);
    await exchange(deleted);
    expect(lines().map((line) => [line.status, line.untoldFailures])).toEqual([
      [401, 1],
      [401, 1],
      [200, undefined],
      [401, undefined],
    ]);
  });

  test('U5: a line of the audit log that is lost', async () => {
    const isAudit = (_operation: string, body: string) => (body.includes('mintmark-audit') ? denied() : undefined);
    await whileFailing(world.dynamo, isAudit, () => exchange({ ...acme.tenantToken, clientSecret: 'guess' }));
    const dimensions = [['service=mintmark', 'outcome=audit outcome lost']];
    expect(metricsOf(lines().find(({ message }) => message === 'audit outcome lost'))).toEqual([
      { metric: 'Mintmark/losses', dimensions, value: 1 },
    ]);
  });
});
