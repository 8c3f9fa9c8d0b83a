/** The types of oidc-provider that the comparison and tests use. The package has no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

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

  /** A person at the provider. */
  interface Account {
    readonly accountId: string;
    claims(): object;
  }

  /** What is known of a request while it is answered. */
  interface Context {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string };
    };
  }

  interface Configuration {
    readonly adapter?: (model: string) => Adapter;
    readonly clients?: readonly object[];
    readonly claims?: Readonly<Record<string, readonly string[]>>;
    readonly findAccount?: (context: unknown, id: string) => Account;
    readonly loadExistingGrant?: (context: Context) => Promise<object>;
    readonly interactions?: { readonly url: () => string };
    readonly cookies?: { readonly keys: readonly string[] };
    readonly jwks: { readonly keys: readonly object[] };
    readonly scopes: readonly string[];
    readonly routes?: { readonly token: string; readonly introspection: string };
    readonly ttl?: { readonly ClientCredentials: number };
    readonly features: {
      readonly devInteractions: { readonly enabled: false };
      readonly clientCredentials?: { readonly enabled: true };
      readonly introspection?: { readonly enabled: true; readonly allowedPolicy: () => boolean };
      readonly resourceIndicators?: {
        readonly enabled: true;
        readonly getResourceServerInfo: (context: unknown, resource: string) => ResourceServer;
      };
    };
  }

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    readonly Grant: new (of: {
      readonly clientId: string;
      readonly accountId: string;
    }) => Grant;
    callback(): RequestListener;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
  }
}
