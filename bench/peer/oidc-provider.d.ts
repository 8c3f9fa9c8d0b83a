/** The types of oidc-provider that the comparison uses. The package has no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  /** The store for records of one model. */
  interface Adapter {
    find(id: string): Promise<object | undefined>;
    upsert(id: string, payload: object, expiresInSeconds: number): Promise<void>;
  }

  interface ResourceServer {
    readonly scope: string;
    readonly audience: string;
    readonly accessTokenTTL: number;
    readonly accessTokenFormat: 'jwt' | 'opaque';
    readonly jwt?: { readonly sign: { readonly alg: string } };
  }

  interface Configuration {
    readonly adapter?: (model: string) => Adapter;
    readonly jwks: { readonly keys: readonly object[] };
    readonly scopes: readonly string[];
    readonly routes: { readonly token: string; readonly introspection: string };
    readonly ttl: { readonly ClientCredentials: number };
    readonly features: {
      readonly devInteractions: { readonly enabled: false };
      readonly clientCredentials: { readonly enabled: true };
      readonly introspection: { readonly enabled: true; readonly allowedPolicy: () => boolean };
      readonly resourceIndicators: {
        readonly enabled: true;
        readonly getResourceServerInfo: (context: unknown, resource: string) => ResourceServer;
      };
    };
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }
}
