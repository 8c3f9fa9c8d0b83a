import { findInteraction, type InteractionPorts } from '#shared/domain/login/interactions.ts';
import type { Interaction } from '#shared/domain/people-records/interaction.ts';
import type { Look, RecordReader } from '#shared/domain/records/look.ts';
import type { Browser } from '../request/browser.ts';
import { receive, type Visit } from './visit.ts';

/** An interaction of this browser, with what its pages need. */
export interface Visited {
  readonly visit: Visit;
  readonly look: Look;
  readonly interaction: Interaction;
}

/** Finds the interaction of a page, if this browser began it and it is not answered. */
export async function visited(
  browser: Browser,
  id: string,
  ports: Omit<InteractionPorts, 'interactions'> & { readonly records: RecordReader; readonly issuer: string },
  look: Look = ports.records.open(`visit of ${id}`),
): Promise<Visited | undefined> {
  const visit = receive(browser, ports);
  const interaction = await findInteraction({ id, browserSecret: visit.secret }, look, ports);
  return interaction === undefined || interaction.isAnswered ? undefined : { visit, look, interaction };
}
