/**
 * The first import of a process that sends https requests without TLS. aws-jwt-verify insists on https, which the local
 * system does not speak.
 */
export const HTTPS_AS_HTTP = `data:text/javascript,${encodeURIComponent(`
  import http from 'node:http';
  import https from 'node:https';
  import { syncBuiltinESMExports } from 'node:module';
  https.request = http.request;
  syncBuiltinESMExports();
`)}`;
