import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const root = new URL('../../..', import.meta.url).pathname;

/** A running program, and its address. */
export interface ExpressProgram {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs a server of a page, such as one with Express, among the packages of this repository, on a free port in the place of 3000. */
export async function startExpressProgram(
  program: string,
  variables: Readonly<Record<string, string>>,
): Promise<ExpressProgram> {
  const port = await freePort();
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, ['--input-type=module'], {
    cwd: root,
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end(program.replaceAll('3000', String(port)));
  const url = `http://127.0.0.1:${port}`;
  while (child.exitCode === null && !(await answers(url))) await setTimeout(20);
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody answers there. */
function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
