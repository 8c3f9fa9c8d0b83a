import './localhost.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newStory } from '#infra/local/demo/story.ts';
import { tell } from '#infra/local/demo/tell.ts';
import { cdkIn } from './cdk.ts';
import { deviations } from './deviations.ts';
import { freePort, startEmulator, urlAt } from './emulator.ts';
import { guard, pathWithSigningNode, startCheckpoint } from './iam/checkpoint.ts';
import { deployedPolicies } from './iam/deployed-policies.ts';
import { exceptions } from './iam/exceptions.ts';
import { openLedger } from './iam/ledger.ts';
import { openMishaps } from './iam/mishaps.ts';
import { tellVerdict } from './iam/verdict.ts';
import { steps } from './steps.ts';
import { installMiniStack } from './virtual-environment.ts';

const write = (text: string) => process.stdout.write(text);

/**
 * Deploys the unchanged app into an emulator of AWS, uses it from outside, updates it and destroys it
 * (`npm run e2e:deploy`). It needs Linux, Python 3 and a package index.
 */
async function run(): Promise<void> {
  const python = await installMiniStack().catch((error: Error) => error);
  if (process.platform !== 'linux' || python instanceof Error) {
    const reason = python instanceof Error ? python.message.split('\n')[0] : 'this is not Linux';
    write(`left out: the deployment needs Linux, Python 3 and MiniStack (${reason})\n`);
    return;
  }
  process.exitCode = (await runIn(temporaryFolder(), python)) ? 0 : 1;
}

async function runIn(folder: string, python: string): Promise<boolean> {
  const port = await freePort();
  const checkpoint = await startCheckpoint(urlAt(port));
  const path = pathWithSigningNode(folder, checkpoint.url, process.env.PATH ?? '');
  const emulator = await startEmulator({ python, folder, port, path });
  const policies = deployedPolicies(emulator);
  const ledger = openLedger(exceptions);
  const mishaps = openMishaps();
  guard(checkpoint, policies, ledger, mishaps);
  process.once('exit', () => void emulator.stop());
  try {
    const deployment = {
      emulator,
      cdk: cdkIn(emulator, folder),
      story: newStory(folder),
      policies,
      ledger,
      mishaps,
      checkpointUrl: checkpoint.url,
      apiUrl: '',
    };
    const isTrue = await tell(steps, deployment, { isVerbose: true, write });
    for (const { emulator: other, run: consequence } of deviations)
      write(`MiniStack ${other}: the run ${consequence}.\n`);
    return tellVerdict(ledger.verdict(), write) && isTrue;
  } finally {
    await checkpoint.close();
    await emulator.stop();
  }
}

/** Makes a folder that is removed at the end of this process. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-deploy-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

await run();
