/** Runs an endpoint over the key file given as its argument and prints the URL, so that a test can kill it. */
import { startLocalKms } from '#infra/local/kms.ts';

const [, , path = ''] = process.argv;
const { url } = await startLocalKms({ path });
process.stdout.write(url);
