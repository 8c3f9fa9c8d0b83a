/**
 * Limits the log of the functions to failures with their causes, because `npm start` itself prints a short line for
 * each request. Import this file before the functions: their logger reads its level when it is loaded.
 */
if (process.env.MINTMARK_LOG !== 'json') process.env.POWERTOOLS_LOG_LEVEL ||= 'ERROR';
