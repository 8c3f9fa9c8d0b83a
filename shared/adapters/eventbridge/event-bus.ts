import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { unavailable } from '#shared/domain/errors.ts';
import type { AuditEvent, EventBus } from '#shared/domain/records/audit.ts';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings, rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';

const SOURCE = 'mintmark';

/** As many as PutEvents takes in one call. */
const ENTRIES_MAX = 10;

/** Puts audit events on the deployment's event bus: the type is the `detail-type`, the event the `detail`. */
export function eventBridgeBus(environment: Environment): EventBus {
  const EventBusName = required(environment, 'MINTMARK_EVENT_BUS');
  const client = new EventBridgeClient(awsClientSettings);
  const put = async (Entries: PutEventsRequestEntry[]) => {
    const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries })).catch(rethrowAsUnavailable);
    if (FailedEntryCount > 0) throw unavailable(new Error('EventBridge did not take all events.'));
  };
  return {
    publish: async (events) => {
      const entries = events.map((event) => ({ EventBusName, ...entryOf(event) }));
      // One call after the other keeps the events in their order, as far as EventBridge does.
      for (let first = 0; first < entries.length; first += ENTRIES_MAX) {
        await put(entries.slice(first, first + ENTRIES_MAX));
      }
    },
  };
}

/** `id` tells a repetition from another event; `tenantId` is where rules look for it. */
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
