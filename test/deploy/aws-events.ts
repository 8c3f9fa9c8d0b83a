import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { asAwsSends } from './cookie-list.ts';

/**
 * Stands between MiniStack and a function. Node imports this file before MiniStack's own program, which reads one event
 * a line from its standard input: each event comes to it as API Gateway sends it.
 */
const corrected = new PassThrough();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => corrected.write(`${asAwsSends(line)}\n`));
lines.on('close', () => corrected.end());
Object.defineProperty(process, 'stdin', { value: corrected });
