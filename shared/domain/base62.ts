const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const BASE = ALPHABET.length;

/**
 * Writes bytes in base62: reads them as one big-endian number and writes its `length` lowest digits.
 * If the bytes have 60 bits more than the characters hold, all texts are practically equally likely.
 */
export function toBase62(bytes: Uint8Array, length: number): string {
  const digits = new Uint8Array(length);
  for (const byte of bytes) appendByte(byte, digits);
  let text = '';
  for (const digit of digits) text += ALPHABET.charAt(digit);
  return text;
}

/** Multiplies the number by 256 and adds the byte, in place. Digits above the highest place are dropped. */
function appendByte(byte: number, digits: Uint8Array): void {
  let carry = byte;
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    const sum = (digits[place] ?? 0) * 256 + carry;
    digits[place] = sum % BASE;
    carry = Math.floor(sum / BASE);
  }
}
