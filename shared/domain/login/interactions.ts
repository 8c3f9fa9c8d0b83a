import type { Clock, Digests, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import { isMadeId, newId } from '../ids.ts';
import { type Interaction, type InteractionDecisions, interactionKey } from '../people-records/interaction.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import type { Look } from '../records/look.ts';

/** How long a person may take from the first page to the answer. */
const INTERACTION_LIFETIME_SECONDS = 3_600;

const SECRET_BYTES = 32;

const SECRET_CHARACTERS = 43;

/** The ports that change interactions. */
export interface InteractionPorts {
  readonly interactions: ShortLivedWriter<'interaction' | 'loginAttempt' | 'loginLink'>;
  readonly digests: Digests;
  readonly random: Random;
  readonly clock: Clock;
}

/** Makes the secret of a browser, which only its cookie has. All interactions of the browser are bound to it. */
export function newBrowserSecret({ random }: Pick<InteractionPorts, 'random'>): string {
  return toBase62(random.bytes(SECRET_BYTES), SECRET_CHARACTERS);
}

/** Whether a text can be the secret of a browser. */
export function isBrowserSecret(text: string | undefined): text is string {
  return text !== undefined && /^[0-9A-Za-z]{43}$/.test(text);
}

/** Begins an interaction of a browser. */
export async function beginInteraction(
  about: Pick<Interaction, 'request' | 'returnPath' | 'maxAgeSeconds' | 'invitationId'> & {
    readonly decisions?: InteractionDecisions | undefined;
  },
  browserSecret: string,
  { interactions, digests, random, clock }: InteractionPorts,
): Promise<Interaction> {
  const createdAtSeconds = clock.nowSeconds();
  const interaction: Interaction = {
    id: newId('itx', random),
    browserDigest: digests.digest(browserSecret),
    request: about.request,
    returnPath: about.returnPath,
    maxAgeSeconds: about.maxAgeSeconds,
    invitationId: about.invitationId,
    decisions: about.decisions ?? {},
    isAnswered: false,
    createdAtSeconds,
    expiresAtSeconds: createdAtSeconds + INTERACTION_LIFETIME_SECONDS,
    version: 1,
  };
  if (!(await interactions.write(interactionKey(interaction.id), interaction))) {
    throw new Error('The new interaction exists already.');
  }
  return interaction;
}

/**
 * Finds an interaction that this browser began and that has not expired. Undefined for every other id, so that a link or
 * a code of somebody else's finishes in no other browser.
 */
export async function findInteraction(
  { id, browserSecret }: { readonly id: string; readonly browserSecret: string | undefined },
  look: Look,
  { digests, clock }: Pick<InteractionPorts, 'digests' | 'clock'>,
): Promise<Interaction | undefined> {
  if (!isMadeId('itx', id) || !isBrowserSecret(browserSecret)) return undefined;
  const interaction = await look.findShortLived(interactionKey(id));
  if (interaction === undefined || interaction.expiresAtSeconds <= clock.nowSeconds()) return undefined;
  return interaction.browserDigest === digests.digest(browserSecret) ? interaction : undefined;
}

/**
 * Keeps what the person decided. Resolves with undefined if another request was faster, for example in a second tab:
 * then the person decides again.
 */
export async function keepDecisions(
  interaction: Interaction,
  decisions: InteractionDecisions,
  ports: Pick<InteractionPorts, 'interactions'>,
): Promise<Interaction | undefined> {
  const after = { ...interaction, decisions, version: interaction.version + 1 };
  return (await ports.interactions.write(interactionKey(interaction.id), after)) ? after : undefined;
}

/** Marks an interaction as answered. Resolves with false if it was answered or changed meanwhile. */
export async function answerInteraction(
  interaction: Interaction,
  { interactions }: Pick<InteractionPorts, 'interactions'>,
): Promise<boolean> {
  if (interaction.isAnswered) return false;
  const after = { ...interaction, isAnswered: true, version: interaction.version + 1 };
  return interactions.write(interactionKey(interaction.id), after);
}

/** Makes the token that a form of this page must send back, so that no other site can send the form (CSRF). */
export function formToken(
  about: string,
  browserSecret: string,
  { digests }: Pick<InteractionPorts, 'digests'>,
): string {
  return toBase62(digests.derive(browserSecret, `form ${about}`), SECRET_CHARACTERS);
}
