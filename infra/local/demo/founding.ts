import { match, partialDeepStrictEqual } from 'node:assert/strict';
import { startSystem } from '../system.ts';
import { create, manage, postForm } from './requests.ts';
import { SECRET, type Story } from './story.ts';
import type { Step } from './tell.ts';

/** The identifier of the sample API in the local gateway. */
export const REPORTS = 'https://api.example.com/reports';

async function start(story: Story): Promise<string> {
  const { url, bootstrap, close } = await startSystem({ folder: story.folder });
  Object.assign(story, { url, bootstrap, close });
  return url;
}

async function bootstrapWorkspace(story: Story): Promise<string> {
  const { clientId, clientSecret = '' } = await story.bootstrap();
  match(clientSecret, SECRET);
  story.administrator = { clientId, clientSecret };
  return `administrator, secret ${clientSecret}`;
}

async function askForManagementToken(story: Story): Promise<string> {
  const answer = await postForm<{ access_token: string }>(story, '/oauth/token', story.administrator, {
    grant_type: 'client_credentials',
  });
  partialDeepStrictEqual(answer, { status: 200, body: { token_type: 'Bearer', expires_in: 3_600 } });
  story.managementToken = answer.body.access_token;
  return `token ${story.managementToken} for an hour`;
}

async function registerApi(story: Story): Promise<string> {
  const permissions = [{ value: 'read:reports' }, { value: 'write:reports' }];
  const api = { identifier: REPORTS, name: 'Reports', permissions };
  story.apiId = (await create<{ id: string }>(story, '/v1/apis', api)).id;
  return permissions.map(({ value }) => value).join(', ');
}

/** Makes three roles. A smaller level is stronger: the manager may create tokens for readers, but not for writers. */
async function makeRoles(story: Story): Promise<string> {
  const reading = { api: REPORTS, value: 'read:reports' };
  const writing = { api: REPORTS, value: 'write:reports' };
  const managing = { api: `${story.url}/v1/`, value: 'write:tenant-tokens' };
  story.readerRoleId = await makeRole(story, { key: 'reader', level: 100, permissions: [reading] });
  story.managerRoleId = await makeRole(story, { key: 'manager', level: 80, permissions: [managing] });
  story.writerRoleId = await makeRole(story, { key: 'writer', level: 50, permissions: [reading, writing] });
  return 'reader 100, manager 80, writer 50';
}

interface RoleRequest {
  readonly key: string;
  readonly level: number;
  readonly permissions: readonly object[];
}

async function makeRole(story: Story, role: RoleRequest): Promise<string> {
  const { id } = await create<{ id: string }>(story, '/v1/roles', { name: role.key, ...role });
  return id;
}

async function makeTenant(story: Story): Promise<string> {
  const { id } = await create<{ id: string }>(story, '/v1/tenants', { name: 'Acme' });
  story.tenantId = id;
  return `Acme, ${id}`;
}

async function makeUser(story: Story): Promise<string> {
  const { id } = await create<{ id: string }>(story, '/v1/users', { email: 'ada@example.com', name: 'Ada' });
  story.userId = id;
  const membership = { roleIds: [story.readerRoleId] };
  const answer = await manage(story, 'PUT', `/v1/tenants/${story.tenantId}/members/${id}`, membership);
  partialDeepStrictEqual(answer, { status: 200, body: membership });
  return 'ada@example.com, a reader at Acme';
}

/** Starts an empty system and creates a tenant with a member. */
export const founding: readonly Step<Story>[] = [
  { name: 'start on free ports', headline: 'start Mintmark', run: start },
  { name: 'bootstrap the workspace', run: bootstrapWorkspace },
  { name: 'get a management token', run: askForManagementToken },
  { name: 'register an API', headline: 'register an API', run: registerApi },
  { name: 'make three roles', run: makeRoles },
  { name: 'make a tenant', headline: 'make a tenant', run: makeTenant },
  { name: 'make a user, a member', run: makeUser },
];
