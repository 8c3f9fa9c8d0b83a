import type { Credentials, Deployment } from '../world/deployment.ts';

/** What introspection says about a token. */
export type Introspection = Readonly<Record<string, unknown>> & { readonly active: boolean };

/** Asks as somebody about a token; the administrator may ask about all of them. @throws Error where nothing is said */
export async function introspection(
  deployment: Pick<Deployment, 'admin' | 'post'>,
  token: string,
  asker: Credentials = deployment.admin,
): Promise<Introspection> {
  const { status, body } = await deployment.post('/oauth/introspect', asker, { token });
  if (status !== 200) throw new Error(`Introspection answered ${status}.`);
  return body as Introspection;
}

/** Whether the token is good for anything, as introspection says. */
export async function isTokenActive(...about: Parameters<typeof introspection>): Promise<boolean> {
  return (await introspection(...about)).active;
}
