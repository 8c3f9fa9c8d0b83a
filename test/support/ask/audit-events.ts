import type { Reply, World } from '../world/world.ts';

/** The members of an audit event that tests look at, as the management API shows them. */
export interface ShownEvent {
  readonly type: string;
  readonly outcome: string;
  readonly requestId: string;
}

/** One page of the list of audit events. */
export interface AuditEventPage {
  readonly items: readonly ShownEvent[];
  readonly nextCursor?: string;
}

type Query = Readonly<Record<string, string>>;

/** A list that has more pages than this never ends, which is a defect. */
const PAGES_MAX = 50;

/** Asks for one page, with the given token or as the administrator. */
export function listAuditEvents(world: World, query: Query = {}, token?: string): Promise<Reply> {
  return world.manage('GET', `/v1/audit-events?${new URLSearchParams(query)}`, undefined, token);
}

/** Follows the cursors to the end. */
export async function readAuditEvents(world: World, query: Query): Promise<readonly AuditEventPage[]> {
  const pages: AuditEventPage[] = [];
  do {
    const cursor = pages.at(-1)?.nextCursor;
    const reply = await listAuditEvents(world, { ...query, ...(cursor !== undefined && { cursor }) });
    if (reply.status !== 200) throw new Error(reply.text);
    pages.push(reply.body as AuditEventPage);
  } while (pages.at(-1)?.nextCursor !== undefined && pages.length < PAGES_MAX);
  return pages;
}

/** The events of pages, in their order. */
export function eventsOf(pages: readonly AuditEventPage[]): readonly ShownEvent[] {
  return pages.flatMap(({ items }) => items);
}

let serial = 0;

/** A change that leaves two events, and the id of its request. */
export async function leaveAuditEvents(world: World, token?: string): Promise<string | null> {
  serial += 1;
  const { headers } = await world.manage('POST', '/v1/tenants', { name: `Tenant ${serial}` }, token);
  return headers.get('x-request-id');
}
