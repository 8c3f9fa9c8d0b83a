import type { ServerResponse } from 'node:http';
import type { Internet } from './internet.ts';

/** GitHub, as far as a login needs it. Tests say who the person is. */
export interface ScriptedGitHub {
  /** The id of the account. It stays when the person changes its name. */
  accountId: number;
  emails: readonly { readonly email: string; readonly primary: boolean; readonly verified: boolean }[];
}

/** The issuer that GitHub names in its answers (GitHub Docs, "GitHub authentication discovery endpoints"). */
export const GITHUB_ISSUER = 'https://github.com/login/oauth';

/** Lets GitHub answer at its hosts. */
export function serveScriptedGitHub(internet: Internet): ScriptedGitHub {
  const script: ScriptedGitHub = { accountId: 1, emails: [] };
  internet.serve('github.com', ({ method, url }, response) => {
    const isExchange = method === 'POST' && url === '/login/oauth/access_token';
    send(
      response,
      isExchange ? { access_token: 'token-of-github', token_type: 'bearer', scope: 'read:user' } : undefined,
    );
  });
  internet.serve('api.github.com', ({ url = '', headers }, response) => {
    const answers: Readonly<Record<string, object>> = {
      '/user': { id: script.accountId, name: 'Ada' },
      '/user/emails': script.emails,
    };
    const isKnown = headers.authorization === 'Bearer token-of-github' && headers['user-agent'] !== undefined;
    send(response, isKnown ? answers[url] : undefined);
  });
  return script;
}

function send(response: ServerResponse, body: object | undefined): void {
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? {}));
}
