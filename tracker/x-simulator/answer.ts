// An answer before it is sent, and the problems that X answers with.

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** X's older endpoints name this host in `type`, the newer ones api.x.com (facts/x-api §1.3): nobody should compare it whole. */
export const PROBLEMS = 'https://api.twitter.com/2/problems';

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** "Response codes and errors" in X's documentation: a problem that is no more than its status. */
export function plainProblem(status: number, detail?: string): Answer {
  const title = TITLES[status] ?? 'Error';
  return { status, body: { title, detail: detail ?? title, type: 'about:blank', status } };
}

/** A stream that X will not open (facts/x-api §1.4). */
export const connectionProblem = (status: number, issue: string, detail: string): Answer => ({
  status,
  body: {
    title: 'ConnectionException',
    detail,
    connection_issue: issue,
    type: 'https://api.x.com/2/problems/streaming-connection',
  },
});

export const TOO_MANY_CONNECTIONS = connectionProblem(
  429,
  'TooManyConnections',
  'This stream is currently at the maximum allowed connection limit.',
);

/** `errors` of a request that X does not understand. */
export function invalidBody(errors: readonly unknown[]): unknown {
  const detail = 'One or more parameters to your request was invalid.';
  return { errors, title: 'Invalid Request', detail, type: `${PROBLEMS}/invalid-request` };
}

export const invalidRequest = (
  message: string,
  parameters: Readonly<Record<string, unknown>> = {},
): Answer => ({
  status: 400,
  body: invalidBody([{ parameters, message }]),
});
