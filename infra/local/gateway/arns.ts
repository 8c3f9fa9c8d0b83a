const REGION = 'us-east-1';

/** The AWS account of all local resources. */
export const ACCOUNT_ID = '000000000000';

/** The id of all local APIs. They differ by their stage. */
export const API_ID = 'local';

/** Returns the ARN of a Lambda function. */
export function functionArn(functionName: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`;
}

/** Returns the ARN of a request to an API: `methodArn` in REST APIs, `routeArn` in HTTP APIs. */
export function executeApiArn({ stage, method, path }: { stage: string; method: string; path: string }): string {
  return `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${API_ID}/${stage}/${method}${path}`;
}
