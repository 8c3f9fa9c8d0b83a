import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A child process that serves until it is stopped. */
export interface Service<Ready> {
  /** The first message of the process. */
  readonly ready: Ready;
  /** Sends a message to the process and resolves with its answer. */
  ask<Answer>(): Promise<Answer>;
  stop(): Promise<void>;
}

/** How to start a child process. */
export interface ServiceOptions {
  readonly args?: readonly string[];
  /** Environment variables in addition to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a script in a child process, so that its CPU time is measured separately, and waits for its first message.
 * @throws Error if the process ends without a message
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
