import type { Clock } from '#shared/domain/ambient.ts';
import type { UsageNotes } from '#shared/domain/authentication/ports.ts';
import { isManager } from '../caller/caller.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';
import type { Middleware } from './step.ts';

interface Ports {
  readonly clock: Clock;
  readonly usageNotes: UsageNotes;
}

/**
 * Notes the use of a client's credential (Q7), and of an imported secret its network (R1), while the request goes on. It
 * waits for the notes on the way back.
 */
export function noteUse(ports: () => Ports): Middleware {
  const notes = new WeakMap<Incoming, Promise<unknown>>();
  const settle = ({ event }: { event: Incoming }) => settleAfterwards('note of use', event, notes.get(event));
  return {
    before: ({ event }) => {
      const { caller } = event;
      if (caller === undefined || isManager(caller) || caller.credential === undefined) return;
      const { usageNotes, clock } = ports();
      const used = [caller.credential, caller.credentialThere].filter((credential) => credential !== undefined);
      const nowSeconds = clock.nowSeconds();
      const note = Promise.all(used.map((credential) => usageNotes.note(credential, nowSeconds)));
      notes.set(event, note);
      // Most notes finish long before the answer, so there is no need to wait for them.
      note.then(
        () => notes.delete(event),
        () => undefined,
      );
    },
    after: settle,
    onError: settle,
  };
}
