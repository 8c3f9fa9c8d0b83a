import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import type { UpstreamResult } from '#shared/domain/identities/ports.ts';

const WORDS_MAX = 300;

/**
 * Turns an error of `oauth4webapi` about a provider's answer into a refusal.
 * @throws every other error again, such as `temporarily_unavailable`
 */
export function asRefusal(error: unknown): UpstreamResult {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const words = [error.error, error.error_description].filter((part) => part !== undefined).join(': ');
    return refused(words, error.error === 'access_denied');
  }
  const isBadAnswer =
    error instanceof OperationProcessingError ||
    error instanceof UnsupportedOperationError ||
    error instanceof WWWAuthenticateChallengeError;
  if (!isBadAnswer) throw error;
  return refused(error.message);
}

/** A refusal, in the words of the provider or of the library. */
function refused(words: string, isDenied = false): UpstreamResult {
  return { is: 'refused', isDenied, words: words.slice(0, WORDS_MAX) };
}
