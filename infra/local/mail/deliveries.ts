import { createHash, randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

/** As often as the queue of the stack, `infra/constructs/mails/mails.ts`. */
const DELIVERIES_MAX = 5;

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:mails';

/** Takes messages as the function `send-mails` does in AWS. */
export type MessageHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** The MD5 of a text in hexadecimal, by which SQS lets a client check what it took. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Brings each message to a handler, as SQS and Lambda do: again after a failure, and five times at most. */
export class Deliveries {
  readonly #underWay = new Set<Promise<void>>();
  #handler: MessageHandler | undefined;

  /** Names the handler. Messages before that are lost. */
  deliverTo(handler: MessageHandler): void {
    this.#handler = handler;
  }

  /** Takes a message, and returns its id. It is brought to the handler after the caller has its answer. */
  take(body: string): string {
    const messageId = randomUUID();
    const delivery = this.#deliver(messageId, body).finally(() => this.#underWay.delete(delivery));
    this.#underWay.add(delivery);
    return messageId;
  }

  /** Waits until no message is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #deliver(messageId: string, body: string): Promise<void> {
    for (let count = 1; count <= DELIVERIES_MAX; count += 1) {
      if (await this.#isDelivered({ messageId, body, count })) return;
    }
  }

  /** A handler that throws has failed for all messages of its event, and has written its own log line. */
  async #isDelivered(message: Message): Promise<boolean> {
    try {
      const { batchItemFailures } = (await this.#handler?.(eventOf(message))) ?? { batchItemFailures: [] };
      return batchItemFailures.length === 0;
    } catch {
      return false;
    }
  }
}

interface Message {
  readonly messageId: string;
  readonly body: string;
  /** How often it was brought, with this time. */
  readonly count: number;
}

function eventOf({ messageId, body, count }: Message): SQSEvent {
  const now = String(Date.now());
  return {
    Records: [
      {
        messageId,
        receiptHandle: randomUUID(),
        body,
        md5OfBody: md5(body),
        attributes: {
          ApproximateReceiveCount: String(count),
          SentTimestamp: now,
          SenderId: 'local',
          ApproximateFirstReceiveTimestamp: now,
        },
        messageAttributes: {},
        eventSource: 'aws:sqs',
        eventSourceARN: QUEUE_ARN,
        awsRegion: 'us-east-1',
      },
    ],
  };
}
