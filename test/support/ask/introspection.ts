import type { Credentials, Deployment } from '../world/deployment.ts';

/** What introspection says about a token. */
export type Introspection = Readonly<Record<string, unknown>> & { readonly active: boolean };

/** Introspects a token as `asker`; the administrator may ask about every token. @throws Error on refusal */
export async function introspection(
  deployment: Pick<Deployment, 'admin' | 'post'>,
  token: string,
  asker: Credentials = deployment.admin,
): Promise<Introspection> {
  const { status, body } = await deployment.post('/oauth/introspect', asker, { token });
  if (status !== 200) throw new Error(`Introspection answered ${status}.`);
  return body as Introspection;
}

/** Whether introspection says that the token is active. */
export async function isTokenActive(...about: Parameters<typeof introspection>): Promise<boolean> {
  return (await introspection(...about)).active;
}
