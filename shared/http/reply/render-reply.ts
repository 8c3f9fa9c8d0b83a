import type { Reply } from '#shared/api/table.ts';
import { type FileBody, renderFile } from './files.ts';
import { type GatewayReply, type OperationReply, type SignedBody, uncacheable } from './replies.ts';

/** Renders a successful answer as the API table describes it. */
export function renderReply(
  { status, body, maxAgeSeconds = 0 }: OperationReply<number, unknown>,
  reply: Reply,
): GatewayReply {
  const maxAge = reply.maxAgeSeconds === 'varying' ? maxAgeSeconds : reply.maxAgeSeconds;
  const caching = maxAge === undefined ? uncacheable : { 'cache-control': `public, max-age=${maxAge}` };
  if (reply.file !== undefined) return renderFile(body as FileBody, reply.file, caching);
  const content = contentOf(body, reply);
  return {
    statusCode: status,
    headers: {
      ...(content !== undefined && { 'content-type': content.type }),
      ...(hasVersion(body) && { etag: entityTag(body.version) }),
      ...caching,
    },
    body: content?.text ?? '',
  };
}

function contentOf(body: unknown, { signedAs }: Reply): { readonly type: string; readonly text: string } | undefined {
  if (body === undefined) return undefined;
  if (signedAs !== undefined && isSigned(body)) return { type: signedAs, text: body.jwt };
  return { type: 'application/json', text: JSON.stringify(body) };
}

function isSigned(body: unknown): body is SignedBody {
  return typeof body === 'object' && body !== null && 'jwt' in body && typeof body.jwt === 'string';
}

/** Whether an answer is one resource, whose version is also its ETag: callers send it back as If-Match. */
function hasVersion(body: unknown): body is { readonly version: number } {
  return typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number';
}

/** Renders a version as a strong entity tag (RFC 9110 §8.8.3). */
function entityTag(version: number): string {
  return `"${version}"`;
}
