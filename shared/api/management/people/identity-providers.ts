import * as z from 'zod';
import { domainName, NAME_CHARACTERS, orderedQuery, text, unique } from '../../fields/fields.ts';
import { commonExample, commonMembers, creating, deleting, listing, showing, updating } from '../../fields/shapes.ts';
import type { Route } from '../../table.ts';

const DOMAINS_MAX = 100;

const URL_CHARACTERS = 512;

const CREDENTIAL = /^[\x21-\x7E]+$/;

const name = text(NAME_CHARACTERS).meta({ description: 'As the login page shows it: "Continue with Google"' });

const type = z.enum(['oidc', 'google', 'github']).meta({
  description: 'oidc: any issuer of OpenID Connect. google and github need no issuer',
});

const clientId = z
  .string()
  .regex(CREDENTIAL, 'must be visible ASCII characters')
  .min(1)
  .max(256)
  .meta({ description: 'How the provider knows this server' });

const clientSecret = z
  .string()
  .regex(CREDENTIAL, 'must be visible ASCII characters')
  .min(1)
  .max(1_024)
  .meta({ description: 'Write-only; KMS encrypts it. No answer shows it' });

const trustedDomains = unique(z.array(domainName).max(DOMAINS_MAX), (domain) => domain).meta({
  description:
    'The provider is believed for verified e-mail addresses of these domains: they find the users who have them',
});

const forMembers = z.boolean().meta({ description: 'Whether people who administer the workspace may log in by it' });

const enabled = z.boolean();

const provider = z.object({
  id: z.string(),
  name: z.string(),
  type,
  issuer: z.string(),
  clientId: z.string(),
  trustedDomains: z.array(z.string()),
  forMembers,
  enabled,
  redirectUri: z.string().meta({ description: 'Register this redirect URI at the provider' }),
  ...commonMembers,
});

const providerExample = {
  id: 'idp_7QwErTyUiOpAsDfGhJkL2Z',
  name: 'Acme',
  type: 'oidc',
  issuer: 'https://login.acme.example',
  clientId: 'mintmark',
  trustedDomains: ['acme.example'],
  forMembers: false,
  enabled: true,
  redirectUri: 'https://auth.example.com/login/callback/idp_7QwErTyUiOpAsDfGhJkL2Z',
  ...commonExample,
};

/** The routes of the identity providers by which people log in. */
export const identityProviderRoutes = {
  createIdentityProvider: {
    ...creating(provider, providerExample),
    path: '/v1/identity-providers',
    summary: 'Let people log in by an identity provider; needs every permission of the management API',
    caller: { permission: 'write:identity-providers' },
    body: {
      encoding: 'json',
      schema: z.strictObject({
        name,
        type,
        issuer: z.string().min(1).max(URL_CHARACTERS).optional(),
        clientId,
        clientSecret,
        trustedDomains: trustedDomains.default([]),
        forMembers: forMembers.default(false),
        enabled: enabled.default(true),
      }),
      example: {
        name: 'Acme',
        type: 'oidc',
        issuer: 'https://login.acme.example',
        clientId: 'mintmark',
        clientSecret: 'the-secret-of-the-provider',
        trustedDomains: ['acme.example'],
      },
    },
    audit: 'identity_provider.created',
  },
  listIdentityProviders: {
    ...listing(provider, providerExample, orderedQuery),
    path: '/v1/identity-providers',
    summary: 'List the identity providers',
    caller: { permission: 'read:identity-providers' },
  },
  getIdentityProvider: {
    ...showing(provider, providerExample),
    path: '/v1/identity-providers/{providerId}',
    summary: 'Show an identity provider, without its secret',
    caller: { permission: 'read:identity-providers' },
  },
  updateIdentityProvider: {
    ...updating(provider, { ...providerExample, enabled: false, version: 2 }),
    path: '/v1/identity-providers/{providerId}',
    summary: 'Change an identity provider; needs every permission of the management API',
    caller: { permission: 'write:identity-providers' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        name: name.optional(),
        clientId: clientId.optional(),
        clientSecret: clientSecret.optional(),
        trustedDomains: trustedDomains.optional(),
        forMembers: forMembers.optional(),
        enabled: enabled.optional(),
      }),
      example: { enabled: false },
    },
    audit: 'identity_provider.updated',
  },
  deleteIdentityProvider: {
    ...deleting,
    path: '/v1/identity-providers/{providerId}',
    summary: 'Delete an identity provider; nobody logs in by it any more',
    caller: { permission: 'write:identity-providers' },
    audit: 'identity_provider.deleted',
  },
} as const satisfies Record<string, Route>;
