/**
 * The demo is the same wherever it runs: nothing in the caller's environment leads it to other engines, and the
 * functions' logs stay out of the story. Imported before everything that reads the environment.
 */
const ELSEWHERE = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_KMS', 'MINTMARK_DEFAULT_AUDIENCE'];

for (const variable of ELSEWHERE) delete process.env[variable];
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
