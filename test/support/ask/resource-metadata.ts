import type { Deployment } from '../world/deployment.ts';

/** The end of each challenge of the management API: the address of its metadata (RFC 9728 §5.1). */
export function resourceMetadata({ url }: Pick<Deployment, 'url'>): string {
  return `resource_metadata="${url}/.well-known/oauth-protected-resource/v1/"`;
}
