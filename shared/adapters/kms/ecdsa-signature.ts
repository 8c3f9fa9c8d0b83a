// The bytes of DER (ITU-T X.690): tags, and the bit of a length with more than one byte.
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const LONG_FORM = 0x80;

/**
 * Converts an ECDSA signature from the DER form of KMS, a sequence of two integers, into the form of JOSE (RFC 7518
 * §3.4): R and then S, each in `coordinateBytes` bytes.
 * @throws Error if the signature is not in this DER form
 */
export function derToJose(der: Uint8Array, coordinateBytes: number): Uint8Array {
  const r = readInteger(der, sequenceStart(der));
  const s = readInteger(der, r.end);
  const jose = new Uint8Array(2 * coordinateBytes);
  place(jose, der.subarray(r.start, r.end), coordinateBytes);
  place(jose, der.subarray(s.start, s.end), 2 * coordinateBytes);
  return jose;
}

/**
 * Returns the place where the content of a sequence begins: after its tag and one length byte, or two length bytes for
 * longer curves.
 */
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

/**
 * Writes an integer that ends at `end`. Its length varies, because DER leaves out leading zeros, and adds one for the
 * sign.
 */
function place(target: Uint8Array, integer: Uint8Array, end: number): void {
  const firstDigit = integer.findIndex((byte) => byte !== 0);
  const digits = integer.subarray(firstDigit === -1 ? integer.length : firstDigit);
  target.set(digits, end - digits.length);
}
