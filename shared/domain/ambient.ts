/** The only clock that rules may read. */
export interface Clock {
  /** Seconds since 1970, UTC (RFC 7519 §2, NumericDate), without a fraction. */
  nowSeconds(): number;
}

/** A cryptographically strong source of random bytes. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** One-way functions for texts that nobody can guess, such as secrets and tokens. */
export interface Digests {
  /** Computes SHA-256 (FIPS 180-4), written as text. */
  digest(text: string): string;
  /** Computes HMAC-SHA-256 (RFC 2104): 32 bytes that only a holder of both key and text can compute. */
  derive(key: string, text: string): Uint8Array;
}
