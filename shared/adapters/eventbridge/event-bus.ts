import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unavailable } from '#shared/domain/errors.ts';
import type { AuditEvent, EventBus } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';

const SOURCE = 'mintmark';

/** The most entries that PutEvents takes in one call. */
const ENTRIES_MAX = 10;

/**
 * Sends audit events to the deployment's event bus (EventBridge PutEvents). The event's type becomes `detail-type`, the
 * rest becomes `detail`. `publish` rejects with `temporarily_unavailable` if EventBridge fails or refuses an entry; the
 * entries before it may then be on the bus already.
 * @throws Error if the setting MINTMARK_EVENT_BUS is missing
 */
export function eventBridgeBus(environment: Environment): EventBus {
  const EventBusName = required(environment, 'MINTMARK_EVENT_BUS');
  const client = new EventBridgeClient(awsClientSettings);
  const put = async (Entries: PutEventsRequestEntry[]) => {
    const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries })).catch(rethrowAsUnavailable);
    if (FailedEntryCount > 0) throw unavailable(new Error('EventBridge refused some of the events.'));
  };
  return {
    publish: async (events) => {
      const entries = events.map((event) => ({ EventBusName, ...entryOf(event) }));
      // Calls in sequence send the events in their order. EventBridge itself does not promise to keep it.
      for (let first = 0; first < entries.length; first += ENTRIES_MAX) {
        await put(entries.slice(first, first + ENTRIES_MAX));
      }
    },
  };
}

/** Consumers recognise a repeated event by its `id`. Rules of EventBridge match `tenantId` at the top of the detail. */
function entryOf({ timeSeconds, type, ...event }: AuditEvent): PutEventsRequestEntry {
  const Time = new Date(timeSeconds * 1_000);
  const { tenantId } = event.target;
  const detail = {
    id: `${event.requestId}#${event.outcome}`,
    time: Time.toISOString(),
    ...(tenantId !== undefined && { tenantId }),
    ...event,
  };
  return { Source: SOURCE, DetailType: type, Time, Detail: JSON.stringify(detail) };
}
