import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { html } from '#shared/pages/html.ts';
import { layOut, mintmarkBrand } from '#shared/pages/layout.ts';
import { pageHeaders } from '#shared/pages/page.ts';
import type { GatewayRoute } from '../gateway/configuration.ts';
import type { LocalMail } from './local-mail.ts';
import type { ReceivedMail } from './mailbox.ts';

/** The names under which this machine reaches itself. A name that an attacker made to lead here is not one of them. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** The page of the mails that were sent. No bundle contains it, so a deployment has no such page. */
export function mailboxRoute(mail: Pick<LocalMail, 'mails'>): GatewayRoute {
  const handler = async ({ headers }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const refusal = refusalOf(headers);
    if (refusal !== undefined) return refusal;
    const mails = await mail.mails();
    if (headers.accept?.includes('application/json')) return answerJson(200, mails);
    const page = layOut({ title: 'Mails', forms: 'none', isWide: true, body: listOf(mails) }, mintmarkBrand);
    return { statusCode: 200, headers: pageHeaders(page), body: page.html };
  };
  return { method: 'GET', path: '/local/mail', handler, functionName: 'local-mail' };
}

/**
 * Refuses what other sites send: by a name of theirs that leads to this machine (DNS rebinding), or by the browser's own
 * word (Fetch, `Origin`; Fetch Metadata, `Sec-Fetch-Site`). Programs send neither header.
 */
function refusalOf(headers: APIGatewayProxyEventV2['headers']): APIGatewayProxyStructuredResultV2 | undefined {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  if (!OWN_HOST.test(host)) return answerJson(421, { message: 'Misdirected Request' });
  const isOwnOrigin = origin === undefined || [`http://${host}`, `https://${host}`].includes(origin);
  if (isOwnOrigin && ['none', 'same-origin'].includes(site)) return undefined;
  return answerJson(403, { message: 'Forbidden' });
}

function answerJson(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { statusCode, headers, body: JSON.stringify(body) };
}

function listOf(mails: readonly ReceivedMail[]) {
  if (mails.length === 0) return html`<p>No mail was sent yet.</p>`;
  return mails.map(
    ({ to, subject, text, receivedAt }) => html`<section>
<h2>${subject}</h2>
<p>to ${to}, ${receivedAt}</p>
<pre>${text}</pre>
</section>
`,
  );
}
