import autocannon from 'autocannon';
import type { Case } from './cases.ts';
import type { Request } from './requests.ts';

/** Requests under way at the same time, when they come by HTTP. */
export const CONNECTIONS = 4;

const SAMPLE_MILLISECONDS = 20;

export interface Latency {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/**
 * CPU time of one request in the handler, in microseconds, with the AWS SDK's share; gateway, DynamoDB and KMS are in
 * other processes.
 * @throws AssertionError for a result that is not right
 */
export async function measureCpu({ counts, request, invoke, checkResult }: Case): Promise<number> {
  const { warmUp, measured } = counts;
  const requests = Array.from({ length: warmUp + measured }, (_, number) => request(number));
  const invokeAll = async (some: readonly Request[]) => {
    const results: unknown[] = [];
    for (const one of some) results.push(await invoke(one));
    return results;
  };
  const warmUpResults = await invokeAll(requests.slice(0, warmUp));
  const before = process.cpuUsage();
  const results = await invokeAll(requests.slice(warmUp));
  const { user, system } = process.cpuUsage(before);
  for (const result of [...warmUpResults, ...results]) checkResult(result);
  return (user + system) / measured;
}

/**
 * How long requests take through gateway and HTTP.
 * @throws AssertionError for an answer that is not right, and Error for a request without one
 */
export async function measureLatency(url: string, { counts, request, checkAnswer }: Case): Promise<Latency> {
  const { warmUp, measured } = counts;
  await fire(url, warmUp, { request, checkAnswer });
  const fromThereOn = (number: number) => request(warmUp + CONNECTIONS + number);
  const { seconds, milliseconds } = await fire(url, measured, { request: fromThereOn, checkAnswer });
  return {
    requestsPerSecond: measured / seconds,
    p50Milliseconds: percentile(milliseconds, 50),
    p99Milliseconds: percentile(milliseconds, 99),
  };
}

/**
 * Sends this many requests: how long each took, and all together.
 * @throws AssertionError for an answer that is not right, and Error for a request without one
 */
export async function fire(
  url: string,
  amount: number,
  { request, checkAnswer }: Pick<Case, 'request' | 'checkAnswer'>,
) {
  const milliseconds: number[] = [];
  const answers: { status: number; body: string }[] = [];
  let seconds = 0;
  let number = 0;
  const startedAtMilliseconds = performance.now();
  const run = autocannon({
    url,
    amount,
    connections: CONNECTIONS,
    sampleInt: SAMPLE_MILLISECONDS,
    requests: [
      {
        setupRequest: (prepared) => {
          const { method, path, headers, body } = request(number);
          number += 1;
          return { ...prepared, method, path, headers: { ...headers }, ...(body !== undefined && { body }) };
        },
        onResponse: (status, body) => answers.push({ status, body }),
      },
    ],
  });
  run.on('response', (_client, _status, _bytes, time) => {
    milliseconds.push(time);
    seconds = (performance.now() - startedAtMilliseconds) / 1_000;
  });
  const { errors } = await run;
  if (answers.length !== amount) throw new Error(`${answers.length} answers to ${amount} requests, ${errors} errors.`);
  for (const { status, body } of answers) checkAnswer(status, JSON.parse(body));
  return { milliseconds, seconds };
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
}
