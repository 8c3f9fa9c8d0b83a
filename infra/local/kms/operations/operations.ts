import { aliasOperations } from './aliases.ts';
import { dataKeyOperations } from './data-keys.ts';
import { encryptionOperations } from './encryption.ts';
import { keyStateOperations } from './key-states.ts';
import { keyOperations } from './keys.ts';
import { macOperations } from './macs.ts';
import type { Operation } from './operation.ts';
import { signingOperations } from './signing.ts';
import { tagOperations } from './tags.ts';

/** All operations of the endpoint, by their name in the header `x-amz-target`. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...keyOperations,
    ...keyStateOperations,
    ...aliasOperations,
    ...signingOperations,
    ...macOperations,
    ...encryptionOperations,
    ...dataKeyOperations,
    ...tagOperations,
  }),
);
