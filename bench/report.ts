import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type BundleReport, PROCESSES } from './cold-start.ts';
import { CONNECTIONS, type Latency } from './measure.ts';
import type { PeerReport } from './peer/comparison.ts';
import { renderTable } from './table.ts';

/** The measurements of a case. */
export interface CaseReport extends Latency {
  readonly name: string;
  /** The number of measured requests, both in the handler and over HTTP. */
  readonly count: number;
  readonly cpuMicroseconds: number;
  /** The CPU time in reference loops, to compare machines. */
  readonly loops: number;
}

/** All measurements of a run. */
export interface Report {
  readonly referenceLoopMicroseconds: number;
  readonly cases: readonly CaseReport[];
  readonly peers: readonly PeerReport[];
  readonly bundles: readonly BundleReport[];
}

const results = new URL('results/', import.meta.url);

/** Renders a report as tables of text. */
export function renderReport({ referenceLoopMicroseconds, cases, peers, bundles }: Report): string {
  const caseRows = cases.map((one) => [
    one.name,
    String(one.count),
    one.cpuMicroseconds.toFixed(0),
    one.loops.toFixed(3),
    one.requestsPerSecond.toFixed(0),
    one.p50Milliseconds.toFixed(1),
    one.p99Milliseconds.toFixed(1),
  ]);
  const peerRows = peers.map((one) => [
    `${one.task}, ${one.store}`,
    one.mintmarkMicroseconds.toFixed(0),
    one.peerMicroseconds.toFixed(0),
    one.ratio.toFixed(2),
    one.ratioMax.toFixed(2),
  ]);
  const bundleRows = bundles.map((one) => [
    one.name,
    (one.sizeBytes / 1_024).toFixed(0),
    one.importMilliseconds.toFixed(0),
    one.cpuMilliseconds.toFixed(0),
  ]);
  return [
    `Requests: CPU time in the handler only; latency over HTTP through the local gateway, ${CONNECTIONS} at a time.`,
    `1 loop = ${(referenceLoopMicroseconds / 1_000).toFixed(1)} ms of CPU time on this machine.`,
    '',
    renderTable(['request', 'count', 'CPU µs', 'loops', 'req/s', 'p50 ms', 'p99 ms'], caseRows),
    '',
    'Compared with oidc-provider: CPU time of a request in the process that serves it, HTTP included.',
    '',
    renderTable(['request, store', 'Mintmark µs', 'oidc-provider µs', 'ratio', 'at most'], peerRows),
    '',
    `Bundles: medians of ${PROCESSES} new processes each; CPU time of import and first request together.`,
    '',
    renderTable(['function', 'KiB', 'import ms', 'CPU ms'], bundleRows),
  ].join('\n');
}

/** Writes the report to a file, with date, commit and machine, and returns the path. */
export function writeReport(report: Report): string {
  const file = new URL('latest.json', results);
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cpus: cpus().length,
    platform: process.platform,
    node: process.version,
  };
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  const made = { date: new Date().toISOString(), commit, machine, connections: CONNECTIONS, processes: PROCESSES };
  mkdirSync(results, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...made, ...report }, rounded, 2)}\n`);
  return file.pathname;
}

/** Rounds measured values to four digits, because further digits have no meaning. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
