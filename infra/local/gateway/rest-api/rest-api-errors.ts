import { type GatewayResponse, jsonResponse } from '../wire/gateway-response.ts';

/** The error responses of a REST API itself, exactly as AWS writes them: some have `message`, others `Message`. */
export const restApiErrors = {
  unauthorized: gatewayError(401, 'UnauthorizedException', '{"message":"Unauthorized"}'),
  explicitDeny: gatewayError(
    403,
    'AccessDeniedException',
    '{"Message":"User is not authorized to access this resource with an explicit deny"}',
  ),
  implicitDeny: gatewayError(
    403,
    'AccessDeniedException',
    '{"Message":"User is not authorized to access this resource"}',
  ),
  unknownRoute: gatewayError(403, 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'),
  tooManyRequests: gatewayError(429, 'TooManyRequestsException', '{"message":"Too Many Requests"}'),
  authorizerFailure: gatewayError(500, 'AuthorizerConfigurationException', '{"message":null}'),
  integrationFailure: gatewayError(502, 'InternalServerErrorException', '{"message": "Internal server error"}'),
  integrationTimeout: gatewayError(504, 'InternalServerErrorException', '{"message": "Endpoint request timed out"}'),
} as const;

function gatewayError(statusCode: number, errorType: string, body: string): GatewayResponse {
  return jsonResponse(statusCode, body, [['x-amzn-ErrorType', errorType]]);
}
