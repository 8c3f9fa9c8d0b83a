import autocannon from 'autocannon';
import type { Case } from './cases.ts';
import type { Request } from './requests.ts';

/** The number of simultaneous HTTP requests. */
export const CONNECTIONS = 4;

const SAMPLE_MILLISECONDS = 20;

/** How many requests are served, and how long they take, over HTTP. */
export interface Latency {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/**
 * Measures the CPU time of a request in the handler, in microseconds. It includes the AWS SDK, but not the gateway,
 * DynamoDB and KMS, which run in other processes.
 * @throws AssertionError if a result is wrong
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
 * Measures how long requests take over HTTP, through the gateway.
 * @throws AssertionError if a response is wrong, and Error if one is missing
 */
export async function measureLatency(url: string, { counts, request, checkAnswer }: Case): Promise<Latency> {
  const { warmUp, measured } = counts;
  await fire(url, warmUp, { request, checkAnswer });
  const laterRequest = (number: number) => request(warmUp + CONNECTIONS + number);
  const { seconds, milliseconds } = await fire(url, measured, { request: laterRequest, checkAnswer });
  return {
    requestsPerSecond: measured / seconds,
    p50Milliseconds: percentile(milliseconds, 50),
    p99Milliseconds: percentile(milliseconds, 99),
  };
}

/**
 * Sends `amount` requests. Returns the milliseconds of each request and the seconds of all together.
 * @throws AssertionError if a response is wrong, and Error if one is missing
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
