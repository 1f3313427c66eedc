/** What each code of a failed run means, and what to do about it. */
export const FAILURES = {
  ADDRESS_REFUSED: {
    meaning: 'The server is not allowed to connect to the address of the model or the repository.',
    remedy: 'Use a public address, or add this one to OUTBOUND_ALLOW on the server.',
  },
  ANSWER_CUT_OFF: {
    meaning: 'The model reached its length limit twice before its answer was complete.',
    remedy: 'Raise maxTokens, ask for less, or use a model with longer answers.',
  },
  ANSWER_EMPTY: {
    meaning: 'The model answered twice with neither text nor a tool call.',
    remedy: 'Retry, or use another model.',
  },
  ANSWER_FILTERED: {
    meaning: 'The content filter of the provider stopped the model twice.',
    remedy: 'Change the prompt, or use another provider.',
  },
  ANSWER_MALFORMED: {
    meaning: 'The model called tools twice in a form that could not be read.',
    remedy: 'Use a model that calls tools reliably.',
  },
  ARTIFACT_TOO_LARGE: {
    meaning: 'A file that the run tried to save is larger than an artifact may be.',
    remedy: 'Let the agent write less, or split the file.',
  },
  BUDGET_EXCEEDED: {
    meaning: 'What was left of a cost limit did not cover another model call.',
    remedy: 'Raise the limit of the run, its session or the account, then retry.',
  },
  CONTEXT_TOO_LONG: {
    meaning: 'The prompt does not fit the context window of the model.',
    remedy: 'Shorten the prompt, or use a model with a larger window.',
  },
  DEPENDENCY_FAILED: {
    meaning: 'A task that this run depends on did not complete.',
    remedy: 'Look at that task and retry it first.',
  },
  DISK_QUOTA_EXCEEDED: {
    meaning: 'The working directories of the account are full.',
    remedy: 'Delete sessions or files, then retry.',
  },
  DISK_RESERVE_REACHED: {
    meaning: 'The server has too little free disk space.',
    remedy: 'Free space on the server, then retry.',
  },
  ENDED_BY_HAND: {
    meaning: 'The run was marked as failed manually.',
    remedy: 'If that was a mistake, retry it.',
  },
  EXPIRED: {
    meaning: 'The run had not started by its `expiresAt`.',
    remedy: 'Retry it, which removes `expiresAt`. If this happens often, check what runs wait for.',
  },
  GIT_FAILED: {
    meaning: 'A repository could not be cloned.',
    remedy: 'Check its address and the access to it; the message has what git said.',
  },
  INTERNAL_ERROR: {
    meaning: 'A bug in the server.',
    remedy: 'Report it: the log of the server has the cause.',
  },
  LOOP_DETECTED: {
    meaning: 'The agent repeated the same calls, or the model the same text.',
    remedy: 'Make the goal clearer, or use another model.',
  },
  MAX_ITERATIONS_REACHED: {
    meaning: 'The agent used all of its turns before it was done.',
    remedy: 'Raise maxIterations, or ask for less at once.',
  },
  MODEL_NOT_FOUND: {
    meaning: 'The provider does not have the model.',
    remedy: 'Choose another model; `models` lists those that there are.',
  },
  OUTPUT_INVALID: {
    meaning: 'The answer did not match the response schema, twice.',
    remedy: 'Simplify the schema, or use a model that follows schemas more reliably.',
  },
  PRICE_UNKNOWN: {
    meaning: 'The run has a cost limit, but the price of the model is unknown.',
    remedy: 'An admin can set the price with `updateModel`; or run it without a limit.',
  },
  PROVIDER_AUTH: {
    meaning: 'The provider rejected the API key of the server.',
    remedy: 'Set a valid key of the provider on the server, then retry.',
  },
  PROVIDER_BAD_REQUEST: {
    meaning: 'The provider rejected the request, or its response was too large.',
    remedy: 'Change the parameters or the model. The message quotes the error of the provider.',
  },
  PROVIDER_NOT_CONFIGURED: {
    meaning: 'The provider of the model is no longer configured.',
    remedy: 'Set the key of the provider on the server, or use another model.',
  },
  PROVIDER_RATE_LIMITED: {
    meaning: 'The provider limited the rate of requests, even after all retries.',
    remedy: 'Retry later, or raise the limit at the provider.',
  },
  PROVIDER_STREAM_BROKEN: {
    meaning: 'The provider ended its answer too early, even after all retries.',
    remedy: 'Retry; if it happens again, use another model or provider.',
  },
  PROVIDER_TIMEOUT: {
    meaning: 'The provider did not answer in time, even after all retries.',
    remedy: 'Retry later, or name fallbackModels.',
  },
  PROVIDER_UNAVAILABLE: {
    meaning: 'The provider could not be reached, or failed, even after all retries.',
    remedy:
      'Check that the provider is up and that the server reaches it, then retry; or name fallbackModels.',
  },
  QUOTA_EXCEEDED: {
    meaning: 'A storage quota of the account is used up.',
    remedy: 'Delete something, or ask an admin for more.',
  },
  SANDBOX_UNAVAILABLE: {
    meaning: 'The server cannot isolate commands.',
    remedy: 'Install bubblewrap on the server; the message has the details.',
  },
  SCRIPT_FAILED: {
    meaning: 'A script of the template ended with an error.',
    remedy: 'Fix the script. Its output is in the message and the artifacts.',
  },
  STEP_FAILED: {
    meaning: 'A step of the workflow failed.',
    remedy: 'Open the step below to see why, then retry the run.',
  },
  TASK_CANCELLED: {
    meaning: 'A task of the step was cancelled.',
    remedy: 'Retry the run if it is still wanted.',
  },
  TEMPLATE_FAILED: {
    meaning: 'A text of the template could not be rendered.',
    remedy: 'Fix the template or its parameters. The message names the line.',
  },
  TIME_LIMIT_REACHED: {
    meaning: 'It ran longer than its time limit.',
    remedy: 'Raise the limit, or ask for less.',
  },
  TOOLS_NOT_USED: {
    meaning: 'The agent was required to use a tool and did not.',
    remedy: 'Use a model that calls tools, or name the tool in the prompt.',
  },
  TOOLS_UNSUPPORTED: {
    meaning: 'The model cannot call tools, which the agent requires.',
    remedy: 'Use a model with tool calls.',
  },
  WORKER_LOST: {
    meaning: 'Ten workers stopped while executing this run.',
    remedy: 'Check the logs and the memory of the workers: this run may make them crash.',
  },
};
