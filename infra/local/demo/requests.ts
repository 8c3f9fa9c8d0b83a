import { partialDeepStrictEqual } from 'node:assert/strict';
import type { Credentials, Story } from './story.ts';

/** The part of an answer that the story compares. A body that is not JSON is text. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
}

/** Creates a resource, and expects the members of the request in the answer. */
export async function create<Body>(story: Story, path: string, request: object): Promise<Body> {
  const answer: Answer<Body> = await manage(story, 'POST', path, request);
  partialDeepStrictEqual(answer, { status: 201, body: request });
  return answer.body;
}

/** Sends a request to the management API as the administrator. */
export function manage<Body>(story: Story, method: string, path: string, body?: unknown): Promise<Answer<Body>> {
  return send(story.url + path, {
    method,
    headers: { authorization: `Bearer ${story.managementToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Posts a form to an OAuth endpoint with HTTP Basic authentication (RFC 6749 §2.3.1). */
export function postForm<Body>(
  { url }: Story,
  path: string,
  { clientId, clientSecret }: Credentials,
  parameters: Record<string, string>,
): Promise<Answer<Body>> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  return send(url + path, { method: 'POST', headers: { authorization }, body: new URLSearchParams(parameters) });
}

/** Posts a form to an OAuth endpoint without HTTP authentication. */
export function postAnonymousForm<Body>(
  { url }: Story,
  path: string,
  parameters: Record<string, string>,
): Promise<Answer<Body>> {
  return send(url + path, { method: 'POST', body: new URLSearchParams(parameters) });
}

/** Sends a request to the sample API, which the authorizer protects. */
export function callApi({ url }: Story, method: string, path: string, accessToken: string): Promise<Answer> {
  return send(url + path, { method, headers: { authorization: `Bearer ${accessToken}` } });
}

async function send<Body>(url: string, init: RequestInit): Promise<Answer<Body>> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: (isJson && text !== '' ? JSON.parse(text) : text) as Body };
}
