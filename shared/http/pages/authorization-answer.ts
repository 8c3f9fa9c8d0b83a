import type { AuthorizationError, Destination } from '#shared/domain/authorization/refusals.ts';
import { formPostPage } from '#shared/pages/authorization/form-post.ts';
import { leavePage } from '#shared/pages/authorization/leave.ts';
import { webMessagePage } from '#shared/pages/authorization/web-message.ts';
import { type Cookie, type FileBody, redirect, showPage } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';

/** The parameters of an answer, without `iss` and `state`, which every answer has. */
export type AnswerParameters =
  | { readonly code: string }
  | { readonly error: string; readonly error_description: string };

/** How an answer leaves. */
interface Leaving {
  readonly issuer: string;
  /** Whether the browser is on a page after a form: then a redirect would count as the form's own, which our CSP stops. */
  readonly isAfterForm: boolean;
  readonly cookies?: readonly Cookie[];
}

/** Answers the application at its redirect URI, in the mode that it asked for, with `iss` (RFC 9207) and `state`. */
export function answerApplication(
  { redirectUri, responseMode, state }: Destination,
  parameters: AnswerParameters,
  { issuer, isAfterForm, cookies = [] }: Leaving,
): OperationReply<200, FileBody> {
  const all = { ...parameters, ...(state !== undefined && { state }), iss: issuer };
  if (responseMode === 'form_post') return showPage(formPostPage({ action: redirectUri, fields: all }), { cookies });
  if (responseMode === 'web_message') {
    const message = { type: 'authorization_response', response: all };
    return showPage(webMessagePage({ targetOrigin: new URL(redirectUri).origin, message }), { cookies });
  }
  const to = withParameters(redirectUri, all, responseMode === 'fragment' ? '#' : '?');
  return isAfterForm ? showPage(leavePage({ to }), { cookies }) : redirect(to, { cookies });
}

/** Tells an application that its request was refused. */
export function refuseApplication(error: AuthorizationError, leaving: Leaving): OperationReply<200, FileBody> {
  return answerApplication(error.destination, { error: error.code, error_description: error.message }, leaving);
}

/** Adds parameters to a redirect URI, which keeps its own query (RFC 6749 §3.1.2). */
export function withParameters(uri: string, parameters: Readonly<Record<string, string>>, sign: '?' | '#'): string {
  const text = new URLSearchParams(parameters).toString();
  if (sign === '#') return `${uri}#${text}`;
  return `${uri}${uri.includes('?') ? '&' : '?'}${text}`;
}
