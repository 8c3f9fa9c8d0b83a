/**
 * What a process imports first to ask for https without TLS, which the local system has not and aws-jwt-verify insists
 * on; everything else is left as it is.
 */
export const HTTPS_AS_HTTP = `data:text/javascript,${encodeURIComponent(`
  import http from 'node:http';
  import https from 'node:https';
  import { syncBuiltinESMExports } from 'node:module';
  https.request = http.request;
  syncBuiltinESMExports();
`)}`;
