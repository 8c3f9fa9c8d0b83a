import { deepStrictEqual, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '#infra/bundle.ts';
import { startService } from './child.ts';
import type { ColdStart } from './cold-start-process.ts';
import { reportsPath, type Settings } from './deployment.ts';
import { median } from './median.ts';
import { authorizerEvent, bearerRequest, formRequest, proxyEvent } from './requests.ts';
import type { Workspace } from './workspace.ts';

/** Fresh processes for each function; an odd number has a median. */
export const PROCESSES = 5;

export interface BundleReport {
  readonly name: string;
  readonly sizeBytes: number;
  /** Medians. */
  readonly importMilliseconds: number;
  readonly cpuMilliseconds: number;
}

/**
 * Bundles the functions as they are deployed and starts each that requests wait for in fresh processes, with one request.
 * @throws AssertionError for an answer that is not a success
 */
export async function measureColdStarts(workspace: Workspace, settings: Settings): Promise<readonly BundleReport[]> {
  const outputDirectory = mkdtempSync(join(tmpdir(), 'mintmark-bench-'));
  const events = firstEvents(workspace);
  const reports: BundleReport[] = [];
  for (const { name, sizeBytes } of await bundleFunctions({ outputDirectory })) {
    const event = events[name];
    if (event === undefined) continue;
    console.error(`measuring: cold start of ${name}`);
    const times = await startOften([join(outputDirectory, name, 'index.mjs'), name, JSON.stringify(event)], settings);
    reports.push({ name, sizeBytes, ...times });
  }
  rmSync(outputDirectory, { recursive: true });
  return reports;
}

async function startOften(args: readonly string[], settings: Settings) {
  const starts: ColdStart[] = [];
  for (let run = 0; run < PROCESSES; run += 1) starts.push(await startOnce(args, settings));
  return {
    importMilliseconds: median(starts.map(({ importMilliseconds }) => importMilliseconds)),
    cpuMilliseconds: median(starts.map(({ cpuMilliseconds }) => cpuMilliseconds)),
  };
}

async function startOnce(args: readonly string[], settings: Settings): Promise<ColdStart> {
  const { ready, stop } = await startService<ColdStart>(new URL('cold-start-process.ts', import.meta.url), {
    args,
    env: settings,
  });
  await stop();
  checkSuccess(ready.result);
  return ready;
}

/** A proxy's reply has a status; tasks answer with what they are for. */
function checkSuccess(result: unknown): void {
  const { statusCode = 200, isAuthorized = true, body } = result as Record<string, unknown>;
  ok(Number(statusCode) < 300, `The first request was answered with ${statusCode}: ${body}`);
  deepStrictEqual(isAuthorized, true);
}

/** A request that each function answers with a success, as often as it is sent. */
function firstEvents(workspace: Workspace): Readonly<Record<string, unknown>> {
  const { client, accessToken, managementToken, tenantId } = workspace;
  const route = { path: '/v1/tenants/{tenantId}/api-tokens', pathParameters: { tenantId } };
  const ofTokens = (method: string, body?: unknown) =>
    proxyEvent({ ...bearerRequest(method, `/v1/tenants/${tenantId}/api-tokens`, managementToken, body), route });
  return {
    authorizer: authorizerEvent(bearerRequest('GET', reportsPath('online'), accessToken)),
    bootstrap: {},
    'create-token': ofTokens('POST', { description: 'bench' }),
    directory: proxyEvent(bearerRequest('GET', '/v1/tenants', managementToken)),
    discovery: proxyEvent({ method: 'GET', path: '/.well-known/jwks.json', headers: {} }),
    exchange: proxyEvent(formRequest('/oauth/token', client, { grant_type: 'client_credentials' })),
    introspect: proxyEvent(formRequest('/oauth/introspect', client, { token: accessToken })),
    'manage-tokens': ofTokens('GET'),
    revoke: proxyEvent(formRequest('/oauth/revoke', client, { token: 'unknown' })),
  };
}
