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

/** The number of new processes for each function. It is odd, so that it has a median. */
export const PROCESSES = 5;

/** The size of a function's bundle, and the medians of its cold starts. */
export interface BundleReport {
  readonly name: string;
  readonly sizeBytes: number;
  readonly importMilliseconds: number;
  readonly cpuMilliseconds: number;
}

/**
 * Bundles all functions as for a deployment. Then it starts each function that serves requests in new processes, with
 * one request each.
 * @throws AssertionError if a response is an error
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

/** Checks the result of a first request: a response has a status, and other results count as success. */
function checkSuccess(result: unknown): void {
  const { statusCode = 200, isAuthorized = true, body } = result as Record<string, unknown>;
  ok(Number(statusCode) < 300, `The response to the first request is ${statusCode}: ${body}`);
  deepStrictEqual(isAuthorized, true);
}

/** Function → an event that succeeds each time it is sent. */
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
