import { afterAll, beforeAll } from 'vitest';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace } from '#test/support/world/workspace.ts';
import { pepperContracts } from './contracts/pepper.ts';
import { tokenSigningContracts } from './contracts/token-signing.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
const open = () => openWorkspace(engines);

pepperContracts(open);
tokenSigningContracts(open);
