import { afterAll, beforeAll, describe, test } from 'vitest';
import { dynamoEngines } from '#test/support/dynamo-engines.ts';
import { type Engines, startEngines } from '#test/support/engines.ts';
import { openWorkspace } from '#test/support/workspace.ts';
import { auditLogContract } from './contracts/audit-log.ts';
import { clientContracts } from './contracts/clients.ts';
import { directoryContracts } from './contracts/directory.ts';
import { revocationsContract } from './contracts/revocations.ts';
import { standingReaderContract } from './contracts/standing-reader.ts';

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

  describe('StandingReader', () => standingReaderContract(open));
  clientContracts(open);
  directoryContracts(open);
  describe('Revocations', () => revocationsContract(open));
  describe('AuditLog', () => auditLogContract(open));
});
