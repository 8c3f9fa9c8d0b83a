/**
 * Prepares the environment of the demo: it uses its own engines, and functions print no log lines between the lines of
 * the story. Import this file before all files that read the environment.
 */
const ELSEWHERE = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_KMS', 'MINTMARK_DEFAULT_AUDIENCE'];

for (const variable of ELSEWHERE) delete process.env[variable];
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
