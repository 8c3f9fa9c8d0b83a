import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { type Manage, manageWith, succeed } from '../arrange/manage.ts';
import { type KillableProcess, startKillable } from '../world/killable-process.ts';
import { basic, type Credentials, REPORTS, type Reply } from '../world/world.ts';

/** One data folder, and the Mintmark that runs on it now. */
export interface KillSite {
  readonly roleId: string;
  mintmark(): KillableProcess;
  /** A management request of the administrator. */
  readonly manage: Manage;
  /** The status of an exchange. */
  exchange(credentials: Credentials): Promise<number>;
  /** The access token of an exchange that succeeds. */
  tokenFor(credentials: Credentials): Promise<string>;
  /** The answer of introspection about a token, to the owner of these credentials. */
  isActive(credentials: Credentials, token: string): Promise<boolean>;
  keySet(): Promise<JSONWebKeySet>;
  advance(seconds: number): Promise<void>;
  /** Kills the process if it still runs, and starts it again on the same folder and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Mintmark in a new folder, with an API and a role that may read it. */
export async function openKillSite(): Promise<KillSite> {
  const folder = await mkdtemp(join(tmpdir(), 'mintmark-kills-'));
  let aheadSeconds = 0;
  let mintmark = await startKillable({ folder, port: 0, aheadSeconds });
  const { clientId, clientSecret = '', url } = mintmark;
  const send = (method: string, path: string, init: RequestInit = {}) => request(method, url + path, init);
  const exchangeFor = (credentials: Credentials, parameters = {}) =>
    send('POST', '/oauth/token', {
      headers: { authorization: basic(credentials) },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
    });
  const tokenFor = async (credentials: Credentials, parameters = {}) =>
    (await succeed<{ access_token: string }>(exchangeFor(credentials, parameters))).access_token;
  let token: Promise<string> | undefined;
  const tokenOfAdministrator = () => {
    token ??= tokenFor({ clientId, clientSecret });
    return token;
  };
  const manage: Manage = async (...sent) => manageWith({ send }, await tokenOfAdministrator())(...sent);
  return {
    roleId: await arrangeRole(manage),
    mintmark: () => mintmark,
    manage,
    exchange: async (credentials) => (await exchangeFor(credentials, { audience: REPORTS })).status,
    tokenFor: (credentials) => tokenFor(credentials, { audience: REPORTS }),
    isActive: async (credentials, about) => {
      const body = new URLSearchParams({ token: about });
      const asked = send('POST', '/oauth/introspect', { headers: { authorization: basic(credentials) }, body });
      return (await succeed<{ active: boolean }>(asked)).active;
    },
    keySet: () => succeed<JSONWebKeySet>(send('GET', '/.well-known/jwks.json')),
    advance: async (seconds) => {
      await mintmark.advance(seconds);
      aheadSeconds += seconds;
      token = undefined;
    },
    restart: async () => {
      await mintmark.kill();
      mintmark = await startKillable({ folder, port: Number(new URL(url).port), aheadSeconds });
    },
    close: async () => {
      await mintmark.kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function arrangeRole(manage: Manage): Promise<string> {
  // Keys for ES256 are made fast.
  const api = { identifier: REPORTS, name: 'Reports', signingAlgorithm: 'ES256', permissions: [{ value: 'read' }] };
  await succeed(manage('POST', '/v1/apis', api));
  const permissions = [{ api: REPORTS, value: 'read' }];
  const role = { key: 'reader', name: 'Reader', level: 100, permissions };
  return (await succeed(manage('POST', '/v1/roles', role))).id;
}

async function request(method: string, url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { method, ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}
