import { calling } from './calling.ts';
import { delegating } from './delegating.ts';
import { ending } from './ending.ts';
import { exchanging } from './exchanging.ts';
import { founding } from './founding.ts';
import { issuing } from './issuing.ts';
import { rotating } from './rotating.ts';
import { signing } from './signing.ts';

/** From an empty folder to a credential that is refused. */
export const chapters = [
  ...founding,
  ...issuing,
  ...exchanging,
  ...calling,
  ...delegating,
  ...signing,
  ...rotating,
  ...ending,
];
