import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '#infra/local/loopback.ts';
import { isOnLoopback, listenersOf } from './listening.ts';

describe('the check of listening sockets', () => {
  test.runIf(process.platform === 'linux')('finds the sockets of a process', async () => {
    const before = listenersOf(process.pid);
    const { url, close } = await listenOnLoopback(createServer());
    onTestFinished(close);
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
    const after = listenersOf(process.pid);
    expect(after.onLoopback.filter((address) => !before.onLoopback.includes(address))).toEqual([`0100007F:${port}`]);
  });

  test.each([
    ['127.0.0.1', '0100007F:38F1', true],
    ['127.1.2.3', '0302017F:38F1', true],
    ['::1', '00000000000000000000000001000000:38F1', true],
    ['::ffff:127.0.0.1', '0000000000000000FFFF00000100007F:38F1', true],
    ['0.0.0.0', '00000000:22B3', false],
    ['::', '00000000000000000000000000000000:22B3', false],
    ['10.0.0.127', '7F00000A:22B3', false],
    ['::ffff:10.0.0.1', '0000000000000000FFFF00000100000A:22B3', false],
  ])('knows %s', (_address, written, expected) => {
    expect(isOnLoopback(written)).toBe(expected);
  });
});
