/**
 * Prepares the environment of the measured functions: no log lines, and no real AWS credentials. Import this file
 * before all files that read the environment.
 */
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.AWS_REGION = 'us-east-1';
process.env.AWS_ACCESS_KEY_ID = 'local';
process.env.AWS_SECRET_ACCESS_KEY = 'local';
delete process.env.AWS_PROFILE;
