import { createHash } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import { withoutShownOnce } from '#shared/api/fields/shown-once.ts';
import { isCreation, type Reply } from '#shared/api/table.ts';
import type { Clock } from '#shared/domain/ambient.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { JsonObject } from '#shared/domain/json.ts';
import type { RequestMemory } from '#shared/domain/requests.ts';
import { identityOf } from '../caller/caller.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';
import { routeOf } from './step.ts';

const KEY = /^[\x21-\x7E]{1,128}$/;

const NOTICE = 'The secret was shown in the first answer only.';

interface Ports {
  readonly clock: Clock;
  readonly memory: RequestMemory;
}

/**
 * Answers a repeated creation with the first answer, without its secret, and creates nothing. A repeat has the same
 * `Idempotency-Key` and the same body. Another body with the same key is refused. A key belongs to the client that
 * sends it, and to the user or tenant for which the client acts.
 * @throws DomainError `invalid_request`, `conflict`
 */
export function answerRepeats(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  const begun = new WeakMap<Incoming, string>();
  return {
    before: async ({ event }) => {
      const key = event.headers['idempotency-key'];
      if (key === undefined || !isCreation(routeOf(event))) return;
      const { memory, clock } = ports();
      if (!KEY.test(key))
        throw new DomainError('invalid_request', 'Idempotency-Key takes 1 to 128 visible characters.');
      const { clientId, subject } = identityOf(event);
      // Neither id has a `#`, so no key of one subject reads like the key of another.
      const name = `${clientId}#${subject}#${key}`;
      const known = await memory.begin(name, fingerprintOf(event), clock.nowSeconds());
      if (known === undefined) {
        begun.set(event, name);
        return;
      }
      if (known.fingerprint !== fingerprintOf(event)) throw keyReused();
      if (known.reply === undefined) throw unfinished();
      event.repeatedReply = { ...known.reply, target: {} };
    },
    after: async ({ event }) => {
      const name = begun.get(event);
      if (name === undefined || event.reply === undefined) return;
      const { status, body } = event.reply;
      const { memory, clock } = ports();
      // The creation has happened. After an error, the client would create again and never see the first secret.
      const reply = { status, body: withoutSecrets(body, routeOf(event).reply) };
      const finished = memory.finish(name, fingerprintOf(event), reply, clock.nowSeconds());
      await settleAfterwards('idempotency record', event, finished);
    },
    onError: async ({ event }) => {
      const name = begun.get(event);
      if (name === undefined) return;
      await settleAfterwards('idempotency record', event, ports().memory.forget(name));
    },
  };
}

function fingerprintOf({ method, operation, pathParameters, body }: Incoming): string {
  return createHash('sha256')
    .update(JSON.stringify([method, operation, pathParameters, body]))
    .digest('base64url');
}

/** Leaves out the members that the answer shows once, and adds a notice if there are such members. */
function withoutSecrets(body: unknown, { schema }: Reply): JsonObject {
  const shown = withoutShownOnce(body, schema) as JsonObject;
  return { ...shown, ...(JSON.stringify(shown) !== JSON.stringify(body) && { notice: NOTICE }) };
}

function keyReused(): DomainError {
  return new DomainError('conflict', 'This Idempotency-Key was used for another request.');
}

function unfinished(): DomainError {
  return new DomainError('conflict', 'The first request with this Idempotency-Key has not finished yet.', {
    retryAfterSeconds: 1,
  });
}
