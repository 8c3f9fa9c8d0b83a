/** Error → HTTP status. All other errors have the status 400. */
const statuses: Readonly<Record<string, number>> = {
  RequestEntityTooLargeException: 413,
  KMSInternalException: 500,
  KeyUnavailableException: 500,
  DependencyTimeoutException: 503,
  ServiceUnavailableException: 503,
};

/** An error as KMS sends it: `name` is the member `__type` of the answer, `message` is its `message`. */
export class KmsError extends Error {
  override readonly name: string;
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
    this.status = statuses[name] ?? 400;
  }
}

/** Converts an exception to an error of KMS. An exception of another type becomes an internal failure (500). */
export function toKmsError(thrown: unknown): KmsError {
  if (thrown instanceof KmsError) return thrown;
  return new KmsError('KMSInternalException', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Returns the error for input that is well formed but not allowed. */
export function validationError(message: string): KmsError {
  return new KmsError('ValidationException', message);
}

/** Returns the error for a key whose usage or spec does not fit the operation or the algorithm. */
export function invalidKeyUsage(message: string): KmsError {
  return new KmsError('InvalidKeyUsageException', message);
}

/** Returns the error for a key whose state forbids the operation. */
export function invalidState(message: string): KmsError {
  return new KmsError('KMSInvalidStateException', message);
}

/** Returns the error for a feature that KMS or this endpoint does not have. */
export function unsupported(message: string): KmsError {
  return new KmsError('UnsupportedOperationException', message);
}

/** Returns the error for a ciphertext that is damaged, from elsewhere, or encrypted with another context. */
export function invalidCiphertext(): KmsError {
  return new KmsError('InvalidCiphertextException', 'The ciphertext or its encryption context is not valid.');
}
