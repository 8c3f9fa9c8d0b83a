import { calling } from './calling.ts';
import { ending } from './ending.ts';
import { exchanging } from './exchanging.ts';
import { founding } from './founding.ts';

/** From an empty folder to a credential that is worth nothing any more. */
export const chapters = [...founding, ...exchanging, ...calling, ...ending];
