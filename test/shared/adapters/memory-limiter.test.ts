import { afterEach, beforeEach, describe, vi } from 'vitest';
import { memoryLimiter } from '#shared/adapters/memory-limiter.ts';
import { attemptLimiterContract } from './contracts/attempt-limiter.ts';

const FAILURES_MAX = 20;
const WINDOW_SECONDS = 60;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('AttemptLimiter', () => {
  attemptLimiterContract(() => ({
    limiter: memoryLimiter(undefined, FAILURES_MAX),
    failuresMax: FAILURES_MAX,
    windowSeconds: WINDOW_SECONDS,
    advance: (seconds) => void vi.advanceTimersByTime(seconds * 1_000),
  }));
});
