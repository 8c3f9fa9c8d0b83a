import { calling } from './calling.ts';
import { delegating } from './delegating.ts';
import { ending } from './ending.ts';
import { exchanging } from './exchanging.ts';
import { founding } from './founding.ts';
import { issuing } from './issuing.ts';
import { acting } from './people/acting.ts';
import { asking } from './people/asking.ts';
import { rotating } from './rotating.ts';
import { signing } from './signing.ts';

/** All steps of the story: it begins in an empty folder and ends with a deleted credential. */
export const chapters = [
  ...founding,
  ...issuing,
  ...exchanging,
  ...calling,
  ...delegating,
  ...signing,
  ...rotating,
  ...asking,
  ...acting,
  ...ending,
];
