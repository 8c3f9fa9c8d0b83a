/** HTTP statuses of the errors that are KMS's own fault; every other error travels as 400. */
const statuses: Readonly<Record<string, number>> = {
  RequestEntityTooLargeException: 413,
  KMSInternalException: 500,
  KeyUnavailableException: 500,
  DependencyTimeoutException: 503,
  ServiceUnavailableException: 503,
};

/** An error as KMS sends it: `name` is the wire's `__type`, `message` the wire's `message`. */
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

/** Turns anything thrown into what KMS would answer: whatever is not a KMS error is an internal failure (500). */
export function toKmsError(thrown: unknown): KmsError {
  if (thrown instanceof KmsError) return thrown;
  return new KmsError('KMSInternalException', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Input that KMS understands but does not accept. */
export function validationError(message: string): KmsError {
  return new KmsError('ValidationException', message);
}

/** The key exists, but its usage or spec does not fit the operation or the algorithm. */
export function invalidKeyUsage(message: string): KmsError {
  return new KmsError('InvalidKeyUsageException', message);
}

/** The key's state forbids the operation. */
export function invalidState(message: string): KmsError {
  return new KmsError('KMSInvalidStateException', message);
}

/** Something that KMS, or this endpoint, does not do. */
export function unsupported(message: string): KmsError {
  return new KmsError('UnsupportedOperationException', message);
}

/** The ciphertext is damaged, was not made here, or was made under another encryption context. */
export function invalidCiphertext(): KmsError {
  return new KmsError('InvalidCiphertextException', 'The ciphertext or its encryption context is not valid.');
}
