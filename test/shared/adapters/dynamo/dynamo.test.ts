import { afterAll, beforeAll, describe, test } from 'vitest';
import { dynamoEngines } from '#test/support/world/dynamo-engines.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace } from '#test/support/world/workspace.ts';
import { assertionMemoryContract } from './contracts/assertion-memory.ts';
import { auditFeedContract } from './contracts/audit-feed.ts';
import { auditLogContract } from './contracts/audit-log.ts';
import { auditReaderContract } from './contracts/audit-reader.ts';
import { clientChangerContract } from './contracts/client-changer.ts';
import { clientContracts } from './contracts/clients.ts';
import { directoryContracts } from './contracts/directory.ts';
import { failureCounterContract } from './contracts/failure-counter.ts';
import { issuanceCounterContract } from './contracts/issuance-counter.ts';
import { proofMemoryContract } from './contracts/proof-memory.ts';
import { recordReaderContract } from './contracts/record-reader.ts';
import { requestMemoryContract } from './contracts/request-memory.ts';
import { revocationsContract } from './contracts/revocations.ts';
import { statusListsContract } from './contracts/status-lists.ts';

describe.each(dynamoEngines)('$name', ({ leftOutFor, start }) => {
  if (leftOutFor !== undefined) {
    test.skip(`is left out: the optional package ${leftOutFor} is not installed`, () => undefined);
    return;
  }

  let engines: Engines;
  beforeAll(async () => {
    engines = await startEngines(start);
  });
  afterAll(() => engines.close());
  const open = () => openWorkspace(engines);

  describe('RecordReader', () => recordReaderContract(open));
  clientContracts(open);
  describe('ClientChanger', () => clientChangerContract(open));
  directoryContracts(open);
  describe('Revocations', () => revocationsContract(open));
  describe('status lists', () => statusListsContract(open));
  describe('RequestMemory', () => requestMemoryContract(open));
  describe('AssertionMemory', () => assertionMemoryContract(open));
  describe('ProofMemory', () => proofMemoryContract(open));
  describe('FailureCounter', () => failureCounterContract(open));
  describe('IssuanceCounter', () => issuanceCounterContract(open));
  describe('AuditLog', () => auditLogContract(open));
  describe('AuditFeed', () => auditFeedContract(open));
  describe('AuditReader', () => auditReaderContract(open));
});
