import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { AuditEvent, AuditFilter, AuditReader } from '../records/audit.ts';
import type { Page, PageRequest } from '../records/lists.ts';

/** Length of the shown range if the filter has no beginning. */
const DEFAULT_RANGE_SECONDS = 7 * 86_400;

/**
 * Lists audit events, newest first. Without a range, the list has the events of the last seven days.
 * @throws DomainError `invalid_request` if `from` is later than `to`
 */
export async function listAuditEvents(
  filter: { readonly [Name in keyof AuditFilter]?: AuditFilter[Name] | undefined },
  page: PageRequest,
  { auditReader, clock }: { readonly auditReader: AuditReader; readonly clock: Clock },
): Promise<Page<AuditEvent>> {
  const toSeconds = filter.toSeconds ?? clock.nowSeconds();
  const fromSeconds = filter.fromSeconds ?? toSeconds - DEFAULT_RANGE_SECONDS;
  if (fromSeconds > toSeconds) {
    throw new DomainError('invalid_request', "'from' is later than 'to'. Without 'to', the range ends now.", {
      field: 'from',
    });
  }
  return auditReader.list({ ...filter, fromSeconds, toSeconds }, page);
}
