import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { useAcme, useWorld } from '../world/use-world.ts';
import type { Credentials, WorldOptions } from '../world/world.ts';
import { addressOf, newThirdParty } from './code-flow.ts';
import { Mailbox } from './mailbox.ts';

/** A person before a new application in a new browser. */
export interface CodeFlowStart {
  readonly application: Credentials;
  readonly browser: FormBrowser;
  /** The address of Acme's user. */
  readonly email: string;
}

/** A world with a mailbox and Acme. `begin` makes a start for one test, in which its user gets codes again. */
export function useCodeFlow(options: Pick<WorldOptions, 'onReply'> = {}) {
  const mailbox = new Mailbox();
  const world = useWorld({ ...options, adapters: { mailQueue: () => mailbox } });
  const acme = useAcme(world);
  const begin = async (registration: object = {}): Promise<CodeFlowStart> => {
    // An address gets ten codes an hour.
    world.clock.advance(3_600);
    const application = await newThirdParty(world, acme.apiId, registration);
    return { application, browser: new FormBrowser(world.url), email: await addressOf(world, acme.userId) };
  };
  return { mailbox, world, acme, begin };
}
