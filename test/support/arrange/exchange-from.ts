import { sendRaw } from '../ask/raw-http.ts';
import { basic, type Credentials, type Reply } from '../world/world.ts';

const FORM = ['content-type', 'application/x-www-form-urlencoded'] as const;

/** An exchange that comes from this address. A machine has every address that begins with 127. */
export function exchangeFrom(
  { url }: { readonly url: string },
  localAddress: string,
  credentials: Credentials,
  headers: readonly (readonly [name: string, value: string])[] = [],
): Promise<Reply> {
  return sendRaw(url, {
    target: '/oauth/token',
    headers: [['authorization', basic(credentials)], FORM, ...headers],
    body: 'grant_type=client_credentials',
    localAddress,
  });
}
