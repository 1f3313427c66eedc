/** Refusals answer with an HTTP error before any byte of the answer; the number is the status. */
export const refusalStatus = {
  '401': 401,
  '404': 404,
  '429': 429,
  '500': 500,
  '503': 503,
  '529': 529,
  quota: 429,
  context: 400,
} as const;

export type Refusal = keyof typeof refusalStatus;

/** Breaks spoil an answer that has begun; `hang` is the one that never begins. */
export const breaks = ['hang', 'stall', 'cut', 'eof', 'garbage', 'error'] as const;

export type Break = (typeof breaks)[number];
export type Fault = Refusal | Break;

export const faultNames: readonly Fault[] = [...(Object.keys(refusalStatus) as Refusal[]), ...breaks];

export const isRefusal = (fault: Fault | undefined): fault is Refusal =>
  fault !== undefined && Object.hasOwn(refusalStatus, fault);

/** What an HTTP error says; a wire format renders the fields that it knows. */
export interface Problem {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly code: string | null;
  readonly param: string | null;
}

export class Refused extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** In place of what the wire format makes of the problem. */
  readonly body: unknown;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}, body: unknown = null) {
    super(problem.message);
    this.problem = problem;
    this.headers = headers;
    this.body = body;
  }
}

export const invalidRequest = (
  message: string,
  param: string | null = null,
  code: string | null = null,
): Refused => new Refused({ status: 400, type: 'invalid_request_error', message, param, code });

/** Whether this request is among the first `times` after `after` with its key. Counts the request. */
export function isAmong(
  attempts: Map<string, number>,
  key: string,
  { times, after }: { readonly times: number; readonly after: number },
): boolean {
  const attempt = (attempts.get(key) ?? 0) + 1;
  attempts.set(key, attempt);
  return attempt > after && attempt <= after + times;
}

/** OpenAI names the wait on every rate limit; on other refusals only when the test asks for it. */
export function retryHeaders(refusal: Refusal, seconds: number | undefined): Record<string, string> {
  const wait = seconds ?? (refusal === '429' ? 1 : undefined);
  return wait === undefined ? {} : { 'retry-after': String(wait) };
}
