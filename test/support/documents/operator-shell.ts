import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type System, startSystem } from '#infra/local/system.ts';
import { type CommandResult, runCommand } from './command.ts';

/** Stands in for a tool that would need an account or a network: it writes down how it was called. */
const RECORDER = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n';

/** Invokes the real function of this name, with the payload if there is one, and writes the answer where AWS's tool would. */
const AWS = `${RECORDER}
for last; do
  [ "$previous" = --payload ] && payload=$last
  [ "$previous" = --function-name ] && name=$last
  previous=$last
done
curl -s "$FUNCTIONS/$name" -d "\${payload:-null}" > "$last"
`;

/** The shell of an operator who deploys: npm, npx and aws are stand-ins that record their calls. */
export interface OperatorShell {
  readonly folder: string;
  readonly system: System;
  /** Runs blocks in one shell; answers the result and the calls to the stand-ins. */
  run(...blocks: readonly string[]): Promise<{ readonly result: CommandResult; readonly calls: readonly string[] }>;
  close(): Promise<void>;
}

/** Opens the shell, with the real functions behind the stand-in of `aws`. */
export async function openOperatorShell(): Promise<OperatorShell> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-operator-'));
  const system = await startSystem();
  const server = createServer((request, response) => void invokeFunction(system, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  provideTools(folder);
  const calls = join(folder, 'calls');
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    CALLS: calls,
    FUNCTIONS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return {
    folder,
    system,
    run: async (...blocks) => {
      writeFileSync(calls, '');
      const result = await runCommand('sh', [], { cwd: folder, env, input: blocks.join('\n') });
      return { result, calls: readFileSync(calls, 'utf8').trim().split('\n') };
    },
    close: async () => {
      server.close();
      await system.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function provideTools(folder: string): void {
  mkdirSync(join(folder, 'bin'));
  for (const [tool, script] of Object.entries({ npm: RECORDER, npx: RECORDER, aws: AWS })) {
    writeFileSync(join(folder, 'bin', tool), script);
    chmodSync(join(folder, 'bin', tool), 0o755);
  }
}

async function invokeFunction(system: System, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const event = ((await json(request)) ?? {}) as object;
  const invoke = request.url?.endsWith('RotatePepper') === true ? system.rotatePepper : system.bootstrap;
  response.end(JSON.stringify(await invoke(event)));
}
