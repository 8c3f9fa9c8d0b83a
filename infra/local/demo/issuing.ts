import { match } from 'node:assert/strict';
import { create } from './requests.ts';
import { type Credentials, SECRET, type Story } from './story.ts';
import type { Step } from './tell.ts';

async function makeTenantToken(story: Story): Promise<string> {
  story.tenantToken = await createTenantToken(story, 'nightly export', story.writerRoleId);
  return `secret ${story.tenantToken.clientSecret}, a writer`;
}

async function makePersonalToken(story: Story): Promise<string> {
  const path = `/v1/tenants/${story.tenantId}/members/${story.userId}/api-tokens`;
  story.personalToken = await createCredentials(story, path, { description: "Ada's laptop" });
  return `secret ${story.personalToken.clientSecret}, as Ada`;
}

async function makeManagerToken(story: Story): Promise<string> {
  story.managerToken = await createTenantToken(story, 'self-service', story.managerRoleId);
  return `secret ${story.managerToken.clientSecret}, a manager`;
}

async function makeServiceUser(story: Story): Promise<string> {
  const path = `/v1/tenants/${story.tenantId}/service-users`;
  const request = { name: 'nightly import', roleIds: [story.readerRoleId] };
  const { id } = await create<{ id: string }>(story, path, request);
  story.serviceUserId = id;
  story.serviceUserSecret = await createCredentials(story, `${path}/${id}/secrets`, { title: 'blue deployment' });
  return `secret ${story.serviceUserSecret.clientSecret}, a reader`;
}

function createTenantToken(story: Story, description: string, roleId: string): Promise<Credentials> {
  return createCredentials(story, `/v1/tenants/${story.tenantId}/api-tokens`, { description, roleIds: [roleId] });
}

async function createCredentials(story: Story, path: string, request: object): Promise<Credentials> {
  const credentials = await create<Credentials>(story, path, request);
  match(credentials.clientSecret, SECRET);
  return credentials;
}

/** Creates credentials for the callers of the API. Each secret is shown once. */
export const issuing: readonly Step<Story>[] = [
  { name: 'make a tenant token', headline: 'make an API token for it', run: makeTenantToken },
  { name: 'make a personal token', run: makePersonalToken },
  { name: 'make a manager token', run: makeManagerToken },
  { name: 'make a service user', run: makeServiceUser },
];
