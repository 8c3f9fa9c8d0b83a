import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';

/** The code of the domain error that an act throws, or `accepted`. Any other error is a defect and passes through. */
export function verdict(act: () => unknown): ErrorCode | 'accepted' {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
