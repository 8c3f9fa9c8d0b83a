import { match, partialDeepStrictEqual } from 'node:assert/strict';
import { startSystem } from '../system.ts';
import { type Answer, manage, postForm } from './requests.ts';
import type { Credentials, Story } from './story.ts';
import type { Step } from './tell.ts';

/** The API that the local gateway's sample plays. */
export const REPORTS = 'https://api.example.com/reports';

const SECRET = /^mms_[0-9A-Za-z]{52}$/;

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
  await create(story, '/v1/apis', { identifier: REPORTS, name: 'Reports', permissions });
  return permissions.map(({ value }) => value).join(', ');
}

async function makeRoles(story: Story): Promise<string> {
  story.readerRoleId = await makeRole(story, { key: 'reader', name: 'Reader', level: 100 }, ['read:reports']);
  story.writerRoleId = await makeRole(story, { key: 'writer', name: 'Writer', level: 50 }, [
    'read:reports',
    'write:reports',
  ]);
  return 'reader, writer';
}

async function makeRole(story: Story, role: object, values: readonly string[]): Promise<string> {
  const permissions = values.map((value) => ({ api: REPORTS, value }));
  const { id } = await create<{ id: string }>(story, '/v1/roles', { ...role, permissions });
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

async function makeTenantToken(story: Story): Promise<string> {
  const path = `/v1/tenants/${story.tenantId}/api-tokens`;
  story.tenantToken = await createToken(story, path, {
    description: 'nightly export',
    roleIds: [story.writerRoleId],
  });
  return `secret ${story.tenantToken.clientSecret}, a writer`;
}

async function makePersonalToken(story: Story): Promise<string> {
  const path = `/v1/tenants/${story.tenantId}/members/${story.userId}/api-tokens`;
  story.personalToken = await createToken(story, path, { description: "Ada's laptop" });
  return `secret ${story.personalToken.clientSecret}, as Ada`;
}

async function createToken(story: Story, path: string, request: object): Promise<Credentials> {
  const token = await create<Credentials>(story, path, request);
  match(token.clientSecret, SECRET);
  return token;
}

/** A creation answers what it was told, and more. */
async function create<Body>(story: Story, path: string, request: object): Promise<Body> {
  const answer: Answer<Body> = await manage(story, 'POST', path, request);
  partialDeepStrictEqual(answer, { status: 201, body: request });
  return answer.body;
}

/** From nothing to a tenant with two API tokens. */
export const founding: readonly Step<Story>[] = [
  { name: 'start on free ports', run: start },
  { name: 'bootstrap the workspace', run: bootstrapWorkspace },
  { name: 'get a management token', run: askForManagementToken },
  { name: 'register an API', run: registerApi },
  { name: 'make two roles', run: makeRoles },
  { name: 'make a tenant', run: makeTenant },
  { name: 'make a user, a member', run: makeUser },
  { name: 'make a tenant token', run: makeTenantToken },
  { name: 'make a personal token', run: makePersonalToken },
];
