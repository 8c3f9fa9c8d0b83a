import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';

/** The code with which something is refused, or `accepted`. Any error but a domain error is a defect and passes through. */
export function verdict(act: () => unknown): ErrorCode | 'accepted' {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
