import './isolation.ts';
import { type Case, COLD, casesOf } from './cases.ts';
import { startService } from './child.ts';
import { measureColdStarts } from './cold-start.ts';
import { openFunctions, provideSettings, REPORTS } from './deployment.ts';
import type { Engines } from './engines.ts';
import { CONNECTIONS, measureCpu, measureLatency } from './measure.ts';
import { comparePeers } from './peer/comparison.ts';
import { referenceLoopMicroseconds } from './reference-loop.ts';
import { type CaseReport, type Report, renderReport, writeReport } from './report.ts';
import { arrangeWorkspace } from './workspace.ts';

/**
 * The number of clients without an earlier exchange. In warm-up and measurement, each connection prepares a request
 * ahead.
 */
const NEW_CLIENTS = COLD.warmUp + COLD.measured + 2 * CONNECTIONS;

/** `npm run bench` measures and prints a report. With `--write` it also writes the report to `bench/results/`. */
async function bench(): Promise<void> {
  const engines = await startService<Engines>(new URL('engines.ts', import.meta.url));
  Object.assign(process.env, engines.ready);
  const service = await startService<string>(new URL('service.ts', import.meta.url));
  try {
    const report = await measureAll(service.ready);
    console.log(renderReport(report));
    if (process.argv.includes('--write')) console.log(`\nWritten to ${writeReport(report)}`);
  } finally {
    await service.stop();
    await engines.stop();
  }
}

async function measureAll(url: string): Promise<Report> {
  const settings = await provideSettings();
  const functions = { online: openFunctions(settings, 'online'), offline: openFunctions(settings, 'offline') };
  const api = { identifier: REPORTS, permission: 'read:reports' };
  const workspace = await arrangeWorkspace(url, functions.online, { api, newClients: NEW_CLIENTS });
  const loopMicroseconds = referenceLoopMicroseconds();
  const cases: CaseReport[] = [];
  for (const one of casesOf(workspace, functions)) cases.push(await measureCase(url, one, loopMicroseconds));
  const bundles = await measureColdStarts(workspace, settings);
  return { referenceLoopMicroseconds: loopMicroseconds, cases, peers: await comparePeers(), bundles };
}

async function measureCase(url: string, one: Case, loopMicroseconds: number): Promise<CaseReport> {
  const { name, counts } = one;
  console.error(`measuring: ${name}`);
  const cpuMicroseconds = await measureCpu(one);
  const latency = await measureLatency(url, one);
  return { name, count: counts.measured, cpuMicroseconds, loops: cpuMicroseconds / loopMicroseconds, ...latency };
}

await bench();
