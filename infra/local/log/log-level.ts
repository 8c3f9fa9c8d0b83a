/**
 * `npm start` prints a short line for each request, so the functions log only failures, which have their causes. Imported
 * before the functions, because their logger reads its level when it is loaded.
 */
if (process.env.MINTMARK_LOG !== 'json') process.env.POWERTOOLS_LOG_LEVEL ||= 'ERROR';
