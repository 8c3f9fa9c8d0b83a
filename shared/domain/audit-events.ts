import type { AuditEvent, AuditFilter } from './audit.ts';
import type { AuditReader, Clock, Page, PageRequest } from './ports.ts';

const SHOWN_SECONDS = 7 * 86_400;

/** Audit events, newest first: those of the last seven days, unless the filter names a beginning. */
export function listAuditEvents(
  filter: { readonly [Name in keyof AuditFilter]?: AuditFilter[Name] | undefined },
  page: PageRequest,
  { auditReader, clock }: { readonly auditReader: AuditReader; readonly clock: Clock },
): Promise<Page<AuditEvent>> {
  const toSeconds = filter.toSeconds ?? clock.nowSeconds();
  const fromSeconds = filter.fromSeconds ?? toSeconds - SHOWN_SECONDS;
  return auditReader.list({ ...filter, fromSeconds, toSeconds }, page);
}
