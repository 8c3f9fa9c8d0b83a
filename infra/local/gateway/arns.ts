const REGION = 'us-east-1';

/** The account every local resource belongs to. */
export const ACCOUNT_ID = '000000000000';

/** The id of every local API; stages tell them apart. */
export const API_ID = 'local';

/** ARN of the Lambda function with this name. */
export function functionArn(functionName: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`;
}

/** ARN of one request to an API: `methodArn` of REST authorizers, `routeArn` of HTTP API authorizers. */
export function executeApiArn({ stage, method, path }: { stage: string; method: string; path: string }): string {
  return `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${API_ID}/${stage}/${method}${path}`;
}
