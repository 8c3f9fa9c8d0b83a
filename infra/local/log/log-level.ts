/**
 * `npm start` tells each request in a short line of its own, so of the functions' JSON lines it shows failures only, for
 * their causes. Imported before the functions, whose logger reads its level when it is loaded.
 */
if (process.env.MINTMARK_LOG !== 'json') process.env.POWERTOOLS_LOG_LEVEL ||= 'ERROR';
