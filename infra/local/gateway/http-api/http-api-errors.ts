import { type GatewayResponse, jsonResponse } from '../wire/gateway-response.ts';

/** The error responses of an HTTP API itself. */
export const httpApiErrors = {
  badRequest: messageResponse(400, 'Bad Request'),
  unauthorized: messageResponse(401, 'Unauthorized'),
  forbidden: messageResponse(403, 'Forbidden'),
  notFound: messageResponse(404, 'Not Found'),
  payloadTooLarge: messageResponse(413, 'Request Entity Too Large'),
  /** Not of AWS, where each API has a host name of its own. */
  misdirected: messageResponse(421, 'Misdirected Request'),
  tooManyRequests: messageResponse(429, 'Too Many Requests'),
  internalServerError: messageResponse(500, 'Internal Server Error'),
  serviceUnavailable: messageResponse(503, 'Service Unavailable'),
} as const;

function messageResponse(statusCode: number, message: string): GatewayResponse {
  return jsonResponse(statusCode, JSON.stringify({ message }));
}
