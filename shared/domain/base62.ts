const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const BASE = ALPHABET.length;

/**
 * Writes bytes, read as one big-endian number, as exactly `length` base62 characters, the lowest.
 * With 60 bits more than the characters hold, the reduction favours no value measurably.
 */
export function toBase62(bytes: Uint8Array, length: number): string {
  const digits = new Uint8Array(length);
  for (const byte of bytes) shiftIn(byte, digits);
  let text = '';
  for (const digit of digits) text += ALPHABET.charAt(digit);
  return text;
}

/** Makes of a number 256 times as much and a byte more; what is too high for its digits is dropped. */
function shiftIn(byte: number, digits: Uint8Array): void {
  let carry = byte;
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    const sum = (digits[place] ?? 0) * 256 + carry;
    digits[place] = sum % BASE;
    carry = Math.floor(sum / BASE);
  }
}
