import * as z from 'zod';
import { keyArn } from '../arns.ts';
import { privateKeyOf, publicKeyOf } from '../cryptography/key-material.ts';
import { messageTypes, type SignatureScheme, signatureSchemes } from '../cryptography/signature-schemes.ts';
import { KmsError } from '../errors.ts';
import { keyFor } from '../key-use.ts';
import { blob, keyIdMember, operation } from './operation.ts';

const missingAlgorithms = ['ED25519_PH_SHA_512', 'ML_DSA_SHAKE_256', 'SM2DSA'];

const signMembers = z.object({
  KeyId: keyIdMember,
  Message: blob(4096),
  MessageType: z.enum(messageTypes).default('RAW'),
  SigningAlgorithm: z.enum([...signatureSchemes.keys(), ...missingAlgorithms]),
});

const Sign = operation(signMembers, (input, store) => {
  const { SigningAlgorithm } = input;
  const key = keyFor(store, input.KeyId, { operation: 'Sign', usage: 'SIGN_VERIFY', algorithm: SigningAlgorithm });
  const message = { message: input.Message, messageType: input.MessageType };
  const signature = schemeOf(SigningAlgorithm).sign(privateKeyOf(key), message);
  return { KeyId: keyArn(key.id), Signature: signature.toString('base64'), SigningAlgorithm };
});

const Verify = operation(signMembers.extend({ Signature: blob(6144) }), (input, store) => {
  const { SigningAlgorithm } = input;
  const key = keyFor(store, input.KeyId, { operation: 'Verify', usage: 'SIGN_VERIFY', algorithm: SigningAlgorithm });
  const message = { message: input.Message, messageType: input.MessageType };
  if (!schemeOf(SigningAlgorithm).verify(publicKeyOf(key), message, input.Signature)) {
    throw new KmsError('KMSInvalidSignatureException', 'The signature is not valid for this message and key.');
  }
  return { KeyId: keyArn(key.id), SignatureValid: true, SigningAlgorithm };
});

/** The operations for signatures with asymmetric keys. */
export const signingOperations = { Sign, Verify };

function schemeOf(algorithm: string): SignatureScheme {
  const scheme = signatureSchemes.get(algorithm);
  if (scheme === undefined) throw new TypeError(`The algorithm ${algorithm} has no scheme.`);
  return scheme;
}
