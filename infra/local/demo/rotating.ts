import { deepStrictEqual, match, notStrictEqual, partialDeepStrictEqual } from 'node:assert/strict';
import { exchangeAsBefore, refuseExchange } from './exchanging.ts';
import { type Answer, manage } from './requests.ts';
import { type Credentials, SECRET, type Story } from './story.ts';
import type { Step } from './tell.ts';

const DAY_SECONDS = 86_400;

interface ClientSecrets {
  readonly secrets: readonly object[];
  readonly rotationEndsAt: string | null;
}

async function rotateSecret(story: Story): Promise<string> {
  const { status, body } = await rotation<ClientSecrets & Credentials>(story, '', { graceSeconds: DAY_SECONDS });
  deepStrictEqual({ status, live: body.secrets.length }, { status: 201, live: 2 });
  const { clientId, clientSecret } = body;
  match(clientSecret, SECRET);
  notStrictEqual(clientSecret, story.tenantToken.clientSecret);
  story.tenantTokenBefore = story.tenantToken;
  story.tenantToken = { clientId, clientSecret };
  return `secret ${clientSecret} beside the old`;
}

async function finishRotation(story: Story): Promise<string> {
  const { status, body } = await rotation<ClientSecrets>(story, '/finish');
  partialDeepStrictEqual({ status, ...body }, { status: 200, rotationEndsAt: null });
  deepStrictEqual(body.secrets.length, 1);
  return 'one secret is left';
}

function rotation<Body>(story: Story, action: '' | '/finish', request?: object): Promise<Answer<Body>> {
  const { tenantId, tenantToken } = story;
  const path = `/v1/tenants/${tenantId}/api-tokens/${tenantToken.clientId}/secrets/rotate${action}`;
  return manage(story, 'POST', path, request);
}

/** Changes a secret. During the rotation the old and the new secret both work. */
export const rotating: readonly Step<Story>[] = [
  { name: 'rotate the secret', run: rotateSecret },
  { name: 'exchange with the old secret', run: (story) => exchangeAsBefore(story, story.tenantTokenBefore) },
  { name: 'exchange with the new secret', run: (story) => exchangeAsBefore(story, story.tenantToken) },
  { name: 'finish the rotation', run: finishRotation },
  { name: 'exchange with the old secret', run: (story) => refuseExchange(story, story.tenantTokenBefore) },
];
