import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { kmsSigningSecretMaker } from '#shared/adapters/kms/signing-secrets.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { signingSecrets } from '#shared/api/management/signing-secrets.ts';
import { addSigningSecret, deleteSigningSecret } from '#shared/domain/keys/signing-secrets.ts';
import { lambda } from '#shared/http/lambda.ts';
import { created, done } from '#shared/http/reply/replies.ts';
import { timestamp } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  signingSecretMaker: kmsSigningSecretMaker,
  signingSecrets: dynamoDirectoryWriter,
  memory: dynamoRequestMemory,
};

/** Serves the signing secrets that APIs share with Mintmark. Each secret is shown once. */
export const handler = lambda(signingSecrets, adapters, {
  createSigningSecret: async ({ caller, params, body }, ports) => {
    const made = await addSigningSecret({ ...params, ...body, createdBy: caller.clientId }, ports);
    const { apiId, kid, signingSecret, signsFromSeconds, version } = made;
    return created({ apiId, kid, signingSecret, signsFrom: timestamp(signsFromSeconds), version }, { secretId: kid });
  },
  deleteSigningSecret: async ({ params, expectedVersion }, ports) => {
    await deleteSigningSecret({ ...params, expectedVersion }, ports);
    return done(204);
  },
});
