/**
 * Turns an ECDSA signature from the DER form that KMS gives (a sequence of two integers) into the fixed-length form
 * that JOSE wants (RFC 7518 §3.4): R and S, each as wide as the curve, side by side.
 */
export function derToJose(der: Uint8Array, coordinateBytes: number): Uint8Array {
  const r = readInteger(der, sequenceStart(der));
  const s = readInteger(der, r.end);
  const jose = new Uint8Array(2 * coordinateBytes);
  place(jose, der.subarray(r.start, r.end), coordinateBytes);
  place(jose, der.subarray(s.start, s.end), 2 * coordinateBytes);
  return jose;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const LONG_FORM = 0x80;

/** A sequence's content begins after its tag and one length byte, or two for the longer curves. */
function sequenceStart(der: Uint8Array): number {
  if (der[0] !== SEQUENCE) throw new Error('The signature is not a DER sequence.');
  return ((der[1] ?? 0) & LONG_FORM) === 0 ? 2 : 3;
}

function readInteger(der: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  if (der[at] !== INTEGER) throw new Error('The signature lacks an integer.');
  const start = at + 2;
  const end = start + (der[at + 1] ?? 0);
  if (end > der.length) throw new Error('The signature is cut off.');
  return { start, end };
}

/** Writes an integer so that it ends at `end`: DER may add a zero in front and leaves out leading zeros. */
function place(target: Uint8Array, integer: Uint8Array, end: number): void {
  const firstDigit = integer.findIndex((byte) => byte !== 0);
  const digits = integer.subarray(firstDigit === -1 ? integer.length : firstDigit);
  target.set(digits, end - digits.length);
}
