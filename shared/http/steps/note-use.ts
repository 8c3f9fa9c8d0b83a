import { isManager } from '../caller/caller.ts';
import type { CallerPorts } from '../caller/caller-ports.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';
import type { Middleware } from './step.ts';

/**
 * Notes that a client's credential is in use (Q7), while the request goes on.
 */
export function noteUse(ports: () => CallerPorts): Middleware {
  const notes = new WeakMap<Incoming, Promise<void>>();
  const settle = ({ event }: { event: Incoming }) => settleAfterwards('note of use', event, notes.get(event));
  return {
    before: ({ event }) => {
      const { caller } = event;
      const { usageNotes, clock } = ports();
      if (caller === undefined || isManager(caller) || usageNotes === undefined) return;
      if (caller.credential === undefined) return;
      const note = usageNotes.note(caller.credential, clock.nowSeconds());
      notes.set(event, note);
      // Most notes are made long before the answer, and most often there is nothing to note.
      note.then(
        () => notes.delete(event),
        () => undefined,
      );
    },
    after: settle,
    onError: settle,
  };
}
