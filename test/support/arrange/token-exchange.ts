import { createApplication, grantPermissions, registerApi } from '../clients/applications.ts';
import type { Credentials, Deployment, Reply } from '../world/deployment.ts';
import { type Acme, arrangeAcme, REPORTS } from '../world/world.ts';

/** The grant type of token exchange (RFC 8693 §2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** The type of access tokens in a token exchange (RFC 8693 §3). */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** A tenant, and services that call each other: each may do the same at reports and at the ledger. */
export interface Services extends Acme {
  readonly ledger: string;
  readonly ledgerId: string;
  /** A tenant token that may read and write reports, and read the reports of the ledger. */
  readonly caller: Credentials;
  /** Applications that may exchange tokens. */
  readonly services: readonly [Credentials, Credentials];
}

/** A new tenant with the caller and the services of `Services`, and a new ledger API. */
export async function arrangeServices(world: Deployment): Promise<Services> {
  const acme = await arrangeAcme(world);
  const ledger = await registerApi(world, ['read:reports', 'write:reports', 'delete:reports']);
  const role = await create<{ id: string }>(world, '/v1/roles', {
    key: `ledger-${ledger.id}`,
    name: 'Ledger',
    level: 100,
    permissions: [{ api: ledger.identifier, value: 'read:reports' }],
  });
  const roleIds = [acme.readerRoleId, acme.writerRoleId, role.id];
  const caller = await create<Credentials>(world, `/v1/tenants/${acme.tenantId}/api-tokens`, {
    description: 'x',
    roleIds,
  });
  const apiIds = [acme.apiId, ledger.id];
  const services = [await createService(world, apiIds), await createService(world, apiIds)] as const;
  return { ...acme, ledger: ledger.identifier, ledgerId: ledger.id, caller, services };
}

/** An application that may exchange tokens and has these permissions at each of these APIs. */
export async function createService(
  world: Deployment,
  apiIds: readonly string[],
  permissions: readonly string[] = ['read:reports', 'write:reports'],
): Promise<Credentials> {
  const service = await createApplication(world, { grantTypes: ['client_credentials', TOKEN_EXCHANGE] });
  for (const apiId of apiIds) await grantPermissions(world, service, apiId, permissions);
  return service;
}

/** Trades a token for another one. The product takes an empty parameter for an absent one. */
export function exchangeToken(
  world: Deployment,
  requester: Credentials,
  subjectToken: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return world.post('/oauth/token', requester, {
    grant_type: TOKEN_EXCHANGE,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN_TYPE,
    ...parameters,
  });
}

/** The access token of an exchange that succeeds. */
export async function exchanged(replying: Promise<Reply>): Promise<string> {
  const { status, text, body } = await replying;
  if (status !== 200) throw new Error(`The exchange was refused: ${text}`);
  return (body as { readonly access_token: string }).access_token;
}

/** The caller's own token, for reports. */
export function callerToken(
  world: Deployment,
  { caller }: Services,
  parameters: Record<string, string> = {},
): Promise<string> {
  return world.tokenFor(caller, { audience: REPORTS, ...parameters });
}

async function create<Body>(world: Deployment, path: string, body: unknown): Promise<Body> {
  const reply = await world.manage('POST', path, body);
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.text}`);
  return reply.body as Body;
}
