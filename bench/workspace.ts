import type { Functions } from './deployment.ts';
import { invocation } from './invocation.ts';
import { bearerRequest, type Credentials, formRequest, type Request } from './requests.ts';

/** A workspace with the clients and tokens for the measurements. */
export interface Workspace {
  readonly tenantId: string;
  readonly managementToken: string;
  /** Clients whose secrets no process has compared yet. */
  readonly newClients: readonly Credentials[];
  /** A client with an access token. */
  readonly client: Credentials;
  readonly accessToken: string;
}

/** The API and the number of clients that a workspace needs. */
export interface Furnishing {
  readonly api: { readonly identifier: string; readonly permission: string; readonly signingAlgorithm?: string };
  readonly newClients: number;
}

/** Bootstraps a workspace and creates an API, a role, a tenant and API tokens. */
export async function arrangeWorkspace(
  url: string,
  functions: Functions,
  { api: { permission, ...api }, newClients }: Furnishing,
): Promise<Workspace> {
  const { clientId, clientSecret = '' } = await functions.bootstrap({}, invocation('bootstrap'));
  const managementToken = await exchange(url, { clientId, clientSecret });
  const create = <Body>(path: string, body: unknown) =>
    send<Body>(url, bearerRequest('POST', path, managementToken, body));

  await create('/v1/apis', { ...api, name: 'Reports', permissions: [{ value: permission }] });
  const permissions = [{ api: api.identifier, value: permission }];
  const role = await create<{ id: string }>('/v1/roles', { key: 'reader', name: 'Reader', level: 100, permissions });
  const { id: tenantId } = await create<{ id: string }>('/v1/tenants', { name: 'Acme' });
  const createClient = () =>
    create<Credentials>(`/v1/tenants/${tenantId}/api-tokens`, { description: 'bench', roleIds: [role.id] });
  const client = await createClient();
  return {
    tenantId,
    managementToken,
    newClients: await Promise.all(Array.from({ length: newClients }, createClient)),
    client,
    accessToken: await exchange(url, client),
  };
}

async function exchange(url: string, credentials: Credentials): Promise<string> {
  const request = formRequest('/oauth/token', credentials, { grant_type: 'client_credentials' });
  return (await send<{ access_token: string }>(url, request)).access_token;
}

/**
 * Sends a request and returns the response's body.
 * @throws Error if the response is an error
 */
export async function send<Body>(url: string, { method, path, headers, body }: Request): Promise<Body> {
  const response = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return (await response.json()) as Body;
}
