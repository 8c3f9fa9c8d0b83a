import { deepStrictEqual } from 'node:assert/strict';
import { type Answer, callApi } from './requests.ts';
import type { Story } from './story.ts';
import type { Step } from './tell.ts';

const REPORT_LIST = { reports: ['2026 in numbers'] };

/**
 * The answer of a REST API whose authorizer denies a method. API Gateway writes `Message` with a capital letter here.
 */
const EXPLICIT_DENY = { Message: 'User is not authorized to access this resource with an explicit deny' };

async function readAsReader(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/reports', story.personalAccessToken);
  return expectAnswer(answer, { status: 200, body: REPORT_LIST });
}

async function writeAsReader(story: Story): Promise<string> {
  const answer = await callApi(story, 'POST', '/reports', story.personalAccessToken);
  return expectAnswer(answer, { status: 403, body: { message: 'Forbidden' } });
}

async function writeAsWriter(story: Story): Promise<string> {
  const answer = await callApi(story, 'POST', '/reports', story.tenantAccessToken);
  return expectAnswer(answer, { status: 201, body: '{"created":true}' });
}

async function readAtRestApi(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/rest/reports', story.personalAccessToken);
  return expectAnswer(answer, { status: 200, body: REPORT_LIST });
}

async function writeAtRestApi(story: Story): Promise<string> {
  const answer = await callApi(story, 'POST', '/rest/reports', story.personalAccessToken);
  expectAnswer(answer, { status: 403, body: EXPLICIT_DENY });
  return '403 explicit deny';
}

function expectAnswer(answer: Answer, expected: Answer): string {
  deepStrictEqual(answer, expected);
  const { status, body } = answer;
  return `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
}

/** Calls an API with an authorizer, as an HTTP API and as a REST API. */
export const calling: readonly Step<Story>[] = [
  { name: 'writer: POST /reports', headline: 'POST /reports as a writer', run: writeAsWriter },
  { name: 'reader: GET /reports', run: readAsReader },
  { name: 'reader: POST /reports', headline: 'POST /reports as a reader', run: writeAsReader },
  { name: 'reader: GET /rest/reports', run: readAtRestApi },
  { name: 'reader: POST /rest/reports', run: writeAtRestApi },
];
