/** What real vendors do that differs from their documentation or from each other, by what it concerns. */
export const KINDS = {
  // What a chunk may hold.
  content: 'Content as a list of parts, as a number, in a block as it begins, under two names at once',
  thoughts: 'Thoughts under every name and in every form',
  arguments:
    'Arguments as an object, as null, as text in text, as parts that repeat, with an empty object first',
  indexes: 'Indexes of calls that are missing, repeat for parallel calls, start at 1, or have gaps',
  ids: 'Ids of calls that come late, repeat, change, or never come',
  refusals: 'A refusal is the answer, with the reason content_filter',
  blanks: 'Empty text and empty calls where null is meant',
  comments: 'Pings, comments and chunks of filters, which are no part of the answer',
  whole: 'A whole JSON answer in place of a stream',
  errorInPlace: 'An error within a 200, in JSON or as the first event',
  errorInStream: 'An error after text, in any form',
  compression: 'Compressed bodies that were not asked for',
  usage: 'Usage in the last chunk, in every chunk, in the choice, in a member of its own, in a header',
  reasoningTokens: 'Reasoning counted within or beside the output',
  cachedTokens: 'Tokens read from the cache and written to it, within or beside the input',
  ends: 'Ends by [DONE] or by the end of the stream, with and without a reason',
  emptyEnds: 'Ends that are no answer: nothing said, a model that was only loaded',
  // What a request may not hold.
  parameters: 'A parameter that the model does not take',
  limit: 'The field for the longest answer, which differs by model',
  histories: 'Histories that are refused: blank text, ids, names, arguments, calls without results, roles',
  signatures: 'Thoughts and signatures that are wanted back by the model that gave them',
  schemas: 'A schema that the server refuses',
  reasoning: 'A model that does not reason, or not as it is asked to',
  tools: 'A model that takes no tools',
  // What a refusal says.
  tooLong: 'A prompt that is too long, in the words of every server',
  cuts: 'Prompts that are cut in silence',
  missingModel: 'A model that is not there, whatever the status',
  account: 'An account without credit or access',
  loading: 'A model that is not loaded yet',
  invalid: 'Other mistakes in a request, in every form of an error',
  // What an answer may be.
  textCalls: 'Calls of tools written as text',
  looseArguments: 'Arguments as models write them: numbers as text, null for absent, one value for a list',
  looseJson: 'JSON behind thoughts, in a fence, with words around it',
  cutOff: 'Answers that are cut off by length, empty or malformed',
  loops: 'Text that repeats itself, and ends without an end',
  // What is known of a server.
  lists: 'Lists of models with context windows and abilities in the fields of each server',
  durations: 'Times that a server measures',
} as const;

export type Kind = keyof typeof KINDS;
