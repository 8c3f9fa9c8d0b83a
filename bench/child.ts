import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that serves until it is stopped. */
export interface Service<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Asks it for the one thing that it tells. */
  ask<Answer>(): Promise<Answer>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly args?: readonly string[];
  /** Beside our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a script of this folder in a process of its own, so that its CPU time is not counted with ours, and waits for its
 * first message.
 * @throws Error where it ends before it says anything
 */
export async function startService<Ready>(
  script: URL,
  { args = [], env = {} }: ServiceOptions = {},
): Promise<Service<Ready>> {
  const child = fork(script, args, { env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  const message = once(child, 'message').then(([ready]) => ready as Ready);
  const failure = ended.then(([code]) => Promise.reject(new Error(`${script.pathname} ended with ${code}.`)));
  const ready = await Promise.race([message, failure]);
  failure.catch(() => {});
  return {
    ready,
    ask: async <Answer>() => {
      const answer = once(child, 'message');
      child.send('tell');
      return (await answer)[0] as Answer;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
