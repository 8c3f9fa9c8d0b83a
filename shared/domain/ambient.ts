/** The one trusted clock. */
export interface Clock {
  nowSeconds(): number;
}

/** A cryptographically strong source. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** One-way functions for what nobody can guess. */
export interface Digests {
  /** SHA-256 (FIPS 180-4), as text. */
  digest(text: string): string;
  /** HMAC-SHA-256 (RFC 2104): 32 bytes that nobody can tell who does not have both. */
  derive(key: string, text: string): Uint8Array;
}
