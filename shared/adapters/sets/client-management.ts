import { dynamoClientLister, dynamoClientRemover, dynamoClientWriter } from '../dynamo/directory/clients.ts';
import { dynamoRequestMemory } from '../dynamo/tokens/request-memory.ts';
import { dynamoUsageReader } from '../dynamo/tokens/usage.ts';
import { kmsPepper } from '../kms/pepper.ts';

/** The adapters that create, list and delete clients of every authentication method. */
export const clientManagement = {
  clients: dynamoClientWriter,
  clientList: dynamoClientLister,
  clientRemover: dynamoClientRemover,
  usage: dynamoUsageReader,
  pepper: kmsPepper,
  memory: dynamoRequestMemory,
};
