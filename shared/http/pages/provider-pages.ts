import type { providerLogin } from '#shared/api/pages/provider-login.ts';
import { notFound } from '#shared/domain/errors.ts';
import type { ProvenSubject } from '#shared/domain/identities/ports.ts';
import { beginProviderLogin, finishProviderLogin, interactionIdIn } from '#shared/domain/identities/provider-login.ts';
import { linkFoundSubject, noteIdentityUse, recogniseSubject } from '#shared/domain/identities/recognise-subject.ts';
import { type IdentityProvider, identityProviderKey } from '#shared/domain/people-records/identity-provider.ts';
import { type ProviderProblem, providerProblemPage } from '#shared/pages/login/provider-problem.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { redirect, showPage } from '../reply/files.ts';
import type { Browser } from '../request/browser.ts';
import { logInAndGoOn } from './login-result.ts';
import { interactionOver } from './visit.ts';
import { type Visited, visited } from './visited.ts';

type Ports = PortsOf<(typeof providerLogin)['grants'][number]>;

/** A browser in an interaction that it began, and the provider that it chose. */
interface Visitor extends Pick<Visited, 'interaction'> {
  readonly browserSecret: string;
  readonly provider: IdentityProvider;
}

/** Finds who visits. Undefined for an interaction that is over or began in another browser. */
async function visitorOf(
  browser: Browser,
  { interactionId, providerId }: { readonly interactionId: string; readonly providerId: string },
  ports: Ports,
): Promise<Visitor | undefined> {
  const look = ports.records.open(`visit of ${interactionId}`);
  const [found, provider] = await Promise.all([
    visited(browser, interactionId, ports, look),
    look.find(identityProviderKey(providerId)),
  ]);
  if (provider?.isEnabled !== true) throw notFound();
  return found && { interaction: found.interaction, browserSecret: found.visit.secret, provider };
}

/** Away to an identity provider, and back. Both are links: a form may not leave our own origin. */
export const providerPages = {
  beginProviderLogin: async ({ browser, params }, ports) => {
    const visitor = await visitorOf(browser, params, ports);
    if (visitor === undefined) return interactionOver(browser);
    return redirect(await beginProviderLogin(visitor, ports));
  },

  finishProviderLogin: async ({ browser, params, source, auditAttempt }, ports) => {
    const parameters = singleValues(browser.queryParameters([]));
    const interactionId = interactionIdIn(parameters.state);
    const visitor = await visitorOf(browser, { interactionId, providerId: params.providerId }, ports);
    if (visitor === undefined) return interactionOver(browser);
    const { provider, interaction } = visitor;
    const result = await finishProviderLogin(visitor, parameters, ports);
    if (result.is === 'stray') return interactionOver(browser);
    if (result.is === 'old') return showProblem(visitor, { problem: 'old' });
    if (result.is === 'refused') {
      return showProblem(visitor, { problem: result.isDenied ? 'denied' : 'failed', words: result.words });
    }
    const person = await recogniseSubject(result.subject, provider, ports);
    if (person.is !== 'user') return showProblem(visitor, { problem: person.is });
    const { userId, identityId } = person;
    await auditAttempt({ userId, identityId });
    if (person.known === undefined) await linkFoundSubject(result.subject, { userId, provider }, ports);
    else await noteIdentityUse(person.known, ports);
    const login = { ...loginBy(result.subject), userId, identityId, source, userAgent: browser.userAgent };
    return logInAndGoOn(interaction, login, browser, ports);
  },
} satisfies Partial<OperationsOf<typeof providerLogin>>;

/** How the person logged in, and when: as the provider says it. */
function loginBy({ authenticatedAtSeconds }: ProvenSubject) {
  return { methods: ['fed'], authenticatedAtSeconds } as const;
}

function showProblem(
  { interaction, provider }: Visitor,
  problem: { readonly problem: ProviderProblem; readonly words?: string },
) {
  return showPage(providerProblemPage({ ...problem, provider: provider.name, againHref: `/login/${interaction.id}` }));
}

/** `decodeForm` has refused parameters that come twice (RFC 6749 §3.1). */
function singleValues(parameters: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
