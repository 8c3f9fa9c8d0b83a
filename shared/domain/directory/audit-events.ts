import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { AuditEvent, AuditFilter, AuditReader } from '../records/audit.ts';
import type { Page, PageRequest } from '../records/lists.ts';

const SHOWN_SECONDS = 7 * 86_400;

/**
 * Audit events, newest first: those of the last seven days, unless the filter names a beginning.
 * @throws DomainError `invalid_request` for a beginning after the end
 */
export async function listAuditEvents(
  filter: { readonly [Name in keyof AuditFilter]?: AuditFilter[Name] | undefined },
  page: PageRequest,
  { auditReader, clock }: { readonly auditReader: AuditReader; readonly clock: Clock },
): Promise<Page<AuditEvent>> {
  const toSeconds = filter.toSeconds ?? clock.nowSeconds();
  const fromSeconds = filter.fromSeconds ?? toSeconds - SHOWN_SECONDS;
  if (fromSeconds > toSeconds) {
    throw new DomainError('invalid_request', "'from' is later than 'to', which is now unless said otherwise.", {
      field: 'from',
    });
  }
  return auditReader.list({ ...filter, fromSeconds, toSeconds }, page);
}
