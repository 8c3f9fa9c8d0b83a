import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { listenOnLoopback } from '#infra/local/loopback.ts';

const START_SECONDS_MAX = 60;

const LOG = join(import.meta.dirname, '../../.deploy/ministack.log');

/** A running MiniStack: an empty AWS account on one port of 127.0.0.1. */
export interface Emulator {
  readonly url: string;
  readonly processId: number;
  /** The environment of programs that use this account. No setting of a real account reaches them. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** How to start the emulator. */
export interface EmulatorOptions {
  /** The interpreter that MiniStack is installed for. */
  readonly python: string;
  readonly folder: string;
  readonly port: number;
  /** The PATH on which MiniStack finds the `node` of its functions. */
  readonly path: string;
}

/** The address of an emulator on this port. */
export function urlAt(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * Starts MiniStack. Its Lambda functions run as processes of the Node.js that is first on the PATH. It writes its
 * files into the folder, and its log where it stays after the run.
 * @throws Error if it ends, or does not answer within a minute
 */
export async function startEmulator({ python, folder, port, path }: EmulatorOptions): Promise<Emulator> {
  const log = openSync(LOG, 'w');
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: folder,
    // A process group of its own, so that its functions end with it.
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...basicEnvironment(folder), ...miniStackSettings(port, folder), PATH: path },
  });
  const url = urlAt(port);
  await untilItAnswers(child, `${url}/_ministack/health`);
  return {
    url,
    processId: child.pid ?? 0,
    environment: { ...basicEnvironment(folder), ...accountSettings(url) },
    stop: () => stop(child),
  };
}

/** By itself, MiniStack would listen on all addresses, with a second listener for MQTT. */
function miniStackSettings(port: number, folder: string): Record<string, string> {
  return {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    LAMBDA_EXECUTOR: 'local',
    S3_DATA_DIR: join(folder, 's3'),
  };
}

function accountSettings(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}

/** The home is the folder of the run, so that no program finds `~/.aws`. */
function basicEnvironment(folder: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder };
}

/** Finds a free port of 127.0.0.1. */
export async function freePort(): Promise<number> {
  const { url, close } = await listenOnLoopback(createServer());
  await close();
  return Number(new URL(url).port);
}

async function untilItAnswers(child: ChildProcess, url: string): Promise<void> {
  const startedAtMilliseconds = performance.now();
  while (performance.now() - startedAtMilliseconds < START_SECONDS_MAX * 1_000 && child.exitCode === null) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await wait(100);
  }
  await stop(child);
  throw new Error(`MiniStack did not start; its exit code is ${child.exitCode}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
