import { REQUEST_ERROR_CODES, RUN_ERROR_CODES } from '../../errors.ts';
import { builder } from './builder.ts';
import { capitals } from './enum-values.ts';

/** It mainly describes `extensions.code` of errors, which GraphQL leaves untyped. */
export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'The `extensions.code` of an error that answers a request.',
  values: capitals(REQUEST_ERROR_CODES, {
    BAD_CURSOR: 'A cursor, or `after`, does not belong to this list, feed or log. Start again without it.',
    CONFLICT:
      'An idempotency key was used for a different request, the thread is busy, the e-mail address or name is taken, or the object is not at `expectedVersion`.',
    DOCUMENT_NOT_ALLOWED:
      'The server executes only trusted or known documents (`DOCUMENTS`), and this is none; send the id of one.',
    FORBIDDEN:
      'The scope of the key or the role of the account does not allow it, or the account is disabled.',
    GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
    GRAPHQL_VALIDATION_FAILED: 'The document does not match the schema, or exceeds a limit for documents.',
    INTERNAL_ERROR: "A bug in the server; `errorId` identifies it in the server's log.",
    INVALID_STATE:
      'The status of the run or object does not allow the operation; the message says which statuses do.',
    METHOD_NOT_ALLOWED: 'The path does not accept this HTTP method.',
    NOT_FOUND: 'It does not exist, or belongs to another account.',
    PAYLOAD_TOO_LARGE: 'The request, or the response to it, is too large; ask for less at once.',
    PERSISTED_QUERY_NOT_FOUND:
      'No document has this id or hash. If a hash was sent, send it again together with the document.',
    PERSISTED_QUERY_NOT_SUPPORTED:
      'The server registers no documents of this client; send documents without a hash, or trusted ones.',
    PROVIDER_NOT_CONFIGURED:
      "The provider of the model is not configured; the message names the server's variable.",
    QUOTA_EXCEEDED: 'A storage quota of the account is used up; delete something, or ask an admin.',
    RATE_LIMITED: 'Too many requests or runs; try again after `retryAfter` seconds.',
    UNAUTHENTICATED: 'The credentials are missing, expired or revoked; log in again.',
    UNAVAILABLE: 'The database cannot be reached, or the server is overloaded; try again.',
    UNKNOWN_MODEL: 'No model has this name; `allowed` lists those that exist.',
    UNSUPPORTED_MEDIA_TYPE: 'The body must be `application/json`.',
    VALIDATION_ERROR: 'Input is invalid; `field` and `issues` say where, and what is allowed.',
    WRONG_CREDENTIALS: 'E-mail address and password do not match.',
  }),
});

export const RunErrorCodeEnum = builder.enumType('RunErrorCode', {
  description: 'Why a run failed. A failed run can be retried unless noted otherwise.',
  values: capitals(RUN_ERROR_CODES, {
    ADDRESS_REFUSED: 'The server is not allowed to connect to the address of a custom model or a repository.',
    ANSWER_CUT_OFF: "The answer of an agent's model reached its length limit twice.",
    ANSWER_EMPTY: "An agent's model answered twice with neither text nor a tool call.",
    ANSWER_FILTERED: "The provider's content filter stopped an agent's model twice.",
    ANSWER_MALFORMED: "An agent's model called tools twice in a form that could not be read.",
    ARTIFACT_TOO_LARGE: 'An artifact exceeds the limits for artifacts.',
    BUDGET_EXCEEDED:
      'The remainder of a cost limit does not cover another model call; raise the limit first.',
    CONTEXT_TOO_LONG: "The prompt does not fit the model's context window; shorten it or use another model.",
    DEPENDENCY_FAILED: 'A task that it depends on did not complete.',
    DISK_QUOTA_EXCEEDED: 'The working directories of the account are full; delete sessions or files.',
    DISK_RESERVE_REACHED: "The server's disk is full.",
    ENDED_BY_HAND: '`endTask` ended it with the status FAILED.',
    EXPIRED:
      'The run had not started by its `expiresAt`. Retry it, which removes that time, or create it again with a later one.',
    MAX_ITERATIONS_REACHED: 'The agent used all of its turns.',
    GIT_FAILED: 'A repository could not be cloned.',
    LOOP_DETECTED: 'An agent repeated the same calls, or a model the same text.',
    MODEL_NOT_FOUND: 'The provider does not have the model.',
    OUTPUT_INVALID: 'The answer did not match the response schema, twice.',
    PRICE_UNKNOWN: 'It has a cost limit and the price of the model is unknown; an admin can set one.',
    PROVIDER_AUTH: "The provider rejected the server's API key.",
    PROVIDER_BAD_REQUEST: 'The provider rejected the request, or sent more than 16 MiB of text.',
    PROVIDER_NOT_CONFIGURED: 'The provider of its model is no longer configured.',
    PROVIDER_RATE_LIMITED: 'The provider limited the rate of requests, even after all retries.',
    PROVIDER_STREAM_BROKEN: 'The provider ended its answer too early, even after all retries.',
    PROVIDER_TIMEOUT: 'The provider did not answer in time, even after all retries.',
    PROVIDER_UNAVAILABLE: 'The provider could not be reached, or failed, even after all retries.',
    QUOTA_EXCEEDED: 'A storage quota of the account is used up; delete something, or ask an admin.',
    SANDBOX_UNAVAILABLE: 'The server cannot isolate commands; the message says what to install.',
    STEP_FAILED: 'A step of the execution failed.',
    TASK_CANCELLED: 'A task of the step was cancelled.',
    TIME_LIMIT_REACHED: 'It ran longer than its time limit.',
    TOOLS_NOT_USED: 'The agent was required to use a tool and did not.',
    TOOLS_UNSUPPORTED: 'The model cannot call tools, which the agent requires.',
    WORKER_LOST: 'Ten workers stopped while they executed it.',
    SCRIPT_FAILED: 'A script of the template ended with an error.',
    TEMPLATE_FAILED: 'A text of the template could not be rendered.',
    INTERNAL_ERROR: "A bug in the server; the server's log has the cause.",
  }),
});
