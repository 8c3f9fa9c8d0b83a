/** The types of simple-oauth2 that the tests use. The package has no types. */
declare module 'simple-oauth2' {
  interface Options {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: { readonly tokenHost: string };
    readonly options?: { readonly bodyFormat?: 'form' | 'json'; readonly authorizationMethod?: 'header' | 'body' };
  }

  interface TokenParameters {
    readonly scope?: string | readonly string[];
    readonly audience?: string;
  }

  export interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>;
    expired(windowSeconds?: number): boolean;
    refresh(parameters?: TokenParameters): Promise<AccessToken>;
    revoke(tokenType: 'access_token' | 'refresh_token'): Promise<unknown>;
    revokeAll(): Promise<void>;
  }

  export class ClientCredentials {
    constructor(options: Options);
    getToken(parameters: TokenParameters): Promise<AccessToken>;
    createToken(token: unknown): AccessToken;
  }
}
