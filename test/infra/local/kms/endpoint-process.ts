/** Runs an endpoint with the key file in its argument, and prints its URL. A test can kill this process. */
import { startLocalKms } from '#infra/local/kms/kms.ts';

const [, , path = ''] = process.argv;
const { url } = await startLocalKms({ path });
process.stdout.write(url);
