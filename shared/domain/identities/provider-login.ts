import type { Clock, Digests, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import type { IdentityProvider } from '../people-records/identity-provider.ts';
import type { Interaction } from '../people-records/interaction.ts';
import { type ProviderLogin, providerLoginKey } from '../people-records/provider-login.ts';
import { changeNewest, type ShortLivedWriter } from '../records/change-record.ts';
import type { RecordReader } from '../records/look.ts';
import type { IdentityProviders, ProviderSecretOpener, UpstreamRequest, UpstreamResult } from './ports.ts';

/** How long a person may take at the provider. */
const LOGIN_LIFETIME_SECONDS = 1_800;

const SALT_BYTES = 16;
const SALT_CHARACTERS = 22;

/** 256 bits: enough for a code verifier (RFC 7636 §4.1), and for state and nonce. */
const VALUE_CHARACTERS = 43;

interface Ports {
  readonly issuer: string;
  readonly records: RecordReader;
  readonly providerLogins: ShortLivedWriter<'providerLogin'>;
  readonly upstream: IdentityProviders;
  readonly digests: Digests;
  readonly clock: Clock;
}

/** A browser in an interaction, at a provider. */
interface Visitor {
  readonly interaction: Interaction;
  readonly browserSecret: string;
  readonly provider: IdentityProvider;
}

/**
 * Begins a login at a provider, and returns the address there that the browser is sent to. State, nonce and code verifier
 * come from the browser's secret, so that the answer counts in this browser only (RFC 9700 §4.7).
 * @throws DomainError `temporarily_unavailable` if the provider does not answer; as `changeNewest` does
 */
export async function beginProviderLogin(
  visitor: Visitor,
  ports: Ports & { readonly random: Random },
): Promise<string> {
  const { interaction, provider, browserSecret } = visitor;
  const key = providerLoginKey(interaction.id);
  const begunAtSeconds = ports.clock.nowSeconds();
  const begun: ProviderLogin = {
    interactionId: interaction.id,
    providerId: provider.id,
    salt: toBase62(ports.random.bytes(SALT_BYTES), SALT_CHARACTERS),
    begunAtSeconds,
    isUsed: false,
    expiresAtSeconds: begunAtSeconds + LOGIN_LIFETIME_SECONDS,
    version: 0,
  };
  // The newest choice counts, in all tabs of this browser.
  const login = await changeNewest<ProviderLogin>({
    read: async () => (await ports.records.open(`provider login of ${interaction.id}`).findShortLived(key)) ?? begun,
    change: () => begun,
    write: (after) => ports.providerLogins.write(key, after),
  });
  return ports.upstream.addressFor(provider, {
    ...valuesOf(login, browserSecret, ports),
    maxAgeSeconds: maxAgeOf(interaction),
    loginHint: interaction.request?.loginHint,
  });
}

/** A provider's answer that has nothing to do with a login of this browser, or comes too late or twice. */
interface Stray {
  readonly is: 'stray';
}

/**
 * Takes a provider's answer: once, in the browser that began, and at the redirect URI of the provider that was chosen,
 * so that no provider can answer in the place of another (RFC 9700 §4.4, mix-up).
 * @throws DomainError `temporarily_unavailable` if the provider does not answer
 */
export async function finishProviderLogin(
  { interaction, provider, browserSecret }: Visitor,
  parameters: Readonly<Record<string, string>>,
  ports: Ports & { readonly providerSecretOpener: ProviderSecretOpener },
): Promise<UpstreamResult | Stray | { readonly is: 'old' }> {
  const key = providerLoginKey(interaction.id);
  const login = await ports.records.open(`answer for ${interaction.id}`).findShortLived(key);
  if (login === undefined || login.isUsed || login.providerId !== provider.id) return { is: 'stray' };
  if (login.expiresAtSeconds <= ports.clock.nowSeconds()) return { is: 'stray' };
  const values = valuesOf(login, browserSecret, ports);
  if (parameters.state !== values.state) return { is: 'stray' };
  const used = { ...login, isUsed: true, version: login.version + 1 };
  if (!(await ports.providerLogins.write(key, used))) return { is: 'stray' };
  const clientSecret = await ports.providerSecretOpener.open(provider);
  const result = await ports.upstream.redeem(provider, { ...values, parameters, clientSecret });
  if (result.is !== 'proven') return result;
  return isFresh(result.subject.authenticatedAtSeconds, login, interaction) ? result : { is: 'old' };
}

/** The interaction that an answer belongs to, as its state names it. The state is checked later. */
export function interactionIdIn(state: string | undefined): string {
  return state?.split('.')[0] ?? '';
}

/** The redirect URI of a provider. Each provider has its own (RFC 9700 §4.4.2.2). */
export function callbackOf({ id }: Pick<IdentityProvider, 'id'>, { issuer }: Pick<Ports, 'issuer'>): string {
  return `${issuer}/login/callback/${id}`;
}

function valuesOf(
  { interactionId, providerId, salt }: ProviderLogin,
  browserSecret: string,
  { digests, issuer }: Pick<Ports, 'digests' | 'issuer'>,
): Pick<UpstreamRequest, 'redirectUri' | 'state' | 'nonce' | 'codeVerifier'> {
  const derived = (purpose: string) =>
    toBase62(digests.derive(browserSecret, `${purpose} ${interactionId} ${providerId} ${salt}`), VALUE_CHARACTERS);
  return {
    redirectUri: callbackOf({ id: providerId }, { issuer }),
    state: `${interactionId}.${derived('state')}`,
    nonce: derived('nonce'),
    codeVerifier: derived('code verifier'),
  };
}

/** How old the application lets the login be: `prompt=login` wants one that is made now. */
function maxAgeOf({ request, maxAgeSeconds }: Interaction): number | undefined {
  return request?.prompt.includes('login') === true ? 0 : (request?.maxAgeSeconds ?? maxAgeSeconds);
}

/** The clocks of two servers differ. */
const CLOCK_SKEW_SECONDS = 30;

/** A provider's login counts as a fresh one only if its `auth_time` says so. */
function isFresh(
  authenticatedAtSeconds: number | undefined,
  { begunAtSeconds }: ProviderLogin,
  of: Interaction,
): boolean {
  const maxAgeSeconds = maxAgeOf(of);
  if (maxAgeSeconds === undefined) return true;
  if (authenticatedAtSeconds === undefined) return false;
  return authenticatedAtSeconds + maxAgeSeconds + CLOCK_SKEW_SECONDS >= begunAtSeconds;
}
