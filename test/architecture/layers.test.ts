import { describe, expect, test } from 'vitest';
import { importViolations } from './layers.ts';

describe('the import rule', () => {
  test.each([
    ['shared/domain/directory/roles.ts', "import { newId } from './ids.ts';"],
    ['shared/domain/registration/secret.ts', "import { crc32 } from 'node:zlib';"],
    ['shared/api/table.ts', "import type { Grant } from '#shared/ports.ts';"],
    ['shared/pages/consent.ts', "import type { Permission } from '#shared/domain/records/permissions.ts';"],
    ['shared/http/reply/replies.ts', "import { pageHeaders } from '#shared/pages/page.ts';"],
    ['shared/adapters/dynamo/directory/clients.ts', "import { now } from '../ambient.ts';"],
    ['shared/adapters/kms/signer.ts', "import { KMSClient } from '@aws-sdk/client-kms';"],
    ['shared/http/request/incoming.ts', "import type { APIGatewayProxyEventV2 } from 'aws-lambda';"],
    ['functions/exchange.ts', "import { lambda } from '#shared/http/lambda.ts';"],
    ['infra/constructs/tables.ts', "import { Table } from 'aws-cdk-lib/aws-dynamodb';"],
    ['test/shared/domain/roles.test.ts', "import { Stack } from 'aws-cdk-lib';"],
    ['shared/domain/errors.ts', "/** Learned from 'zod', which imports nothing. */\nexport const from = 'zod';"],
  ])('lets %s have: %s', (path, source) => {
    expect(importViolations(path, source)).toEqual([]);
  });

  test.each([
    ['shared/domain/directory/roles.ts', "import * as z from 'zod';", "may not import 'zod'"],
    ['shared/domain/directory/roles.ts', "import type * as z from 'zod';", "may not import types from 'zod'"],
    ['shared/domain/directory/roles.ts', "import 'node:crypto';", "may not import 'node:crypto'"],
    [
      'shared/domain/directory/roles.ts',
      "export * from '#shared/api/table.ts';",
      "may not import '#shared/api/table.ts'",
    ],
    ['shared/domain/directory/roles.ts', "const jose = await import('jose');", "may not import 'jose'"],
    ['shared/domain/directory/roles.ts', "type Jose = typeof import('jose');", "may not import types from 'jose'"],
    [
      'shared/domain/directory/roles.ts',
      "import type { Grant } from '../../ports.ts';",
      "may not import types from '../../ports.ts'",
    ],
    [
      'shared/api/table.ts',
      "import { toBase62 } from '#shared/domain/base62.ts';",
      "may not import '#shared/domain/base62.ts'",
    ],
    [
      'shared/pages/consent.ts',
      "import { newId } from '#shared/domain/ids.ts';",
      "may not import '#shared/domain/ids.ts'",
    ],
    ['shared/pages/error.ts', "import { log } from '#shared/http/log.ts';", "may not import '#shared/http/log.ts'"],
    ['shared/api/oauth/oauth.ts', "import { jwtVerify } from 'jose';", "may not import 'jose'"],
    ['shared/ports.ts', "import { newId } from '#shared/domain/ids.ts';", "may not import '#shared/domain/ids.ts'"],
    [
      'shared/adapters/clock.ts',
      "import { ok } from '#shared/http/reply/replies.ts';",
      "may not import '#shared/http/reply/replies.ts'",
    ],
    [
      'shared/adapters/clock.ts',
      "import { isLive } from '../domain/standing.ts';",
      "leaves its layer by '../domain/standing.ts'",
    ],
    [
      'shared/http/lambda.ts',
      "import {\n  clock,\n} from '#shared/adapters/node/ambient.ts';",
      "may not import '#shared/adapters/node/ambient.ts'",
    ],
    ['shared/http/lambda.ts', "import { zodiac } from 'zodiac';", "may not import 'zodiac'"],
    ['functions/exchange.ts', "import { handler } from './revoke.ts';", "may not import './revoke.ts'"],
    [
      'functions/exchange.ts',
      "import { KMSClient } from '@aws-sdk/client-kms';",
      "may not import '@aws-sdk/client-kms'",
    ],
    ['functions/exchange.ts', "import { grants } from '#infra/grants.ts';", "may not import '#infra/grants.ts'"],
    [
      'sdk/verify/verify.ts',
      "import { isLive } from '#shared/domain/access/standing.ts';",
      "may not import '#shared/domain/access/standing.ts'",
    ],
    [
      'infra/constructs/tables.ts',
      "import { world } from '#test/support/world/world.ts';",
      "may not import '#test/support/world/world.ts'",
    ],
  ])('catches in %s: %s', (path, source, violation) => {
    expect(importViolations(path, source)).toEqual([`${path} ${violation}`]);
  });

  test('catches a folder that belongs to no layer', () => {
    expect(importViolations('shared/common/strings.ts', '')).toEqual(['shared/common/strings.ts belongs to no layer']);
  });

  test('catches every import of a file', () => {
    const source = "import { a } from 'zod';\nimport { b } from './b.ts';\nimport type { c } from 'jose';\n";
    expect(importViolations('shared/domain/a.ts', source)).toEqual([
      "shared/domain/a.ts may not import 'zod'",
      "shared/domain/a.ts may not import types from 'jose'",
    ]);
  });
});
