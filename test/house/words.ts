/**
 * Words that comments, messages, descriptions and prompts of src do not use, because readers stumble over them, each
 * with what to write instead. Identifiers that contain them are refused as well. Single quoted words are
 * exempt: they are stored values or words from other systems' APIs.
 */
export const REFUSED: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\b(tell|tells|told|telling)\b/i, instead: 'report, return, send, notify; distinguish' },
  { pattern: /\b(whoever|somebody|nobody|anybody|everybody)\b/i, instead: 'the client, the account, no one' },
  { pattern: /\b(is|are) no more\b(?! than)/i, instead: 'deleted' },
  { pattern: /\bstrays?\b/i, instead: 'orphaned' },
  {
    pattern: /\b(carry|carries|carried|carrying) (?:(?:it|them|a \w+|the \w+|an \w+) )?out\b/i,
    instead: 'execute',
  },
  {
    pattern: /\b(give|gives|gave|given|giving) (?:\w+ )?(up|back)\b/i,
    instead: 'stop, release, declare dead; return',
  },
  { pattern: /\b[Dd]oers?\b/, instead: 'performer, agent' },
  { pattern: /\bfaults?\b/i, instead: 'error, problem' },
  { pattern: /\b(what|that|which|it) is no (?!longer\b|more\b)/i, instead: 'is not a' },
  { pattern: /\b(passing|lasting) (failure|error|problem)s?\b/i, instead: 'transient, permanent' },
  { pattern: /\bgoes on\b|\b(go|went|going) on(?! (?:a|the|an)\b)/i, instead: 'continue' },
  { pattern: /\btakes? (?:\w+ ){0,4}away\b/i, instead: 'delete, remove' },
  { pattern: /\ba fresh\b/i, instead: 'new' },
  { pattern: /\bas (?:it is|they are) now\b/i, instead: 'after the change, current' },
  { pattern: /\b(stands?|stood) (there|where|in|at)\b/i, instead: 'is in, has the status' },
  { pattern: /\bby hand\b/i, instead: 'manually' },
  { pattern: /\bof its own making\b|\bin (?:the|its) (?:own )?word of\b/i, instead: 'as named by' },
  { pattern: /\bpass(?:es|ed)? over\b/i, instead: 'skip, ignore' },
  { pattern: /\b(likewise|perhaps|thereof|wherefore|whereto|lest)\b/i, instead: 'also, possibly' },
  { pattern: /\bin whatever way\b|\bwhatever becomes of\b/i, instead: 'whatever the outcome' },
  { pattern: /\b(broken|breaks|break) off\b/i, instead: 'interrupted, aborted' },
  { pattern: /\bleft out\b/i, instead: 'omitted' },
  { pattern: /\bcomes? to by now\b|\bwhat (?:came|comes) of\b/i, instead: 'result, outcome, totals' },
];
