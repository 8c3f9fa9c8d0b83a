import type { Deployment } from '../world/deployment.ts';

/** What a challenge of the management API ends with: where to read which tokens it takes (RFC 9728 §5.1). */
export function resourceMetadata({ url }: Pick<Deployment, 'url'>): string {
  return `resource_metadata="${url}/.well-known/oauth-protected-resource/v1/"`;
}
