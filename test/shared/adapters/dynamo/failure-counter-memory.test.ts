import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';

const MEGABYTE = 1_048_576;

const BUCKETS = 1_000;

/** Bytes in use after all garbage was collected. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** A new text of 100,000 bytes, not shared with any other text. */
const longText = (serial: number) => Buffer.alloc(100_000, `${serial} `).toString('latin1');

test('Sound 12: the memory of failures keeps no text of callers', async () => {
  const counter = sharedFailureCounter((variable) => variable);
  const before = bytesInUse();
  for (let serial = 0; serial < BUCKETS; serial += 1) {
    await counter.begin({ bucket: `refused 192.0.2.1 ${longText(serial)}` }, 0).fail();
  }
  expect((bytesInUse() - before) / MEGABYTE).toBeLessThan(20);
  expect(counter.count(`refused 192.0.2.1 ${longText(7)}`, 0)).toBe(1);
});
