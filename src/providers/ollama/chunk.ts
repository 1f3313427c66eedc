import { z } from 'zod';

const text = z.string().nullish();
/** Judged later: a wrong count spoils no answer. */
const count = z.unknown().optional();

const toolCall = z.object({
  id: text,
  function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).nullish() }),
});

// https://docs.ollama.com/api/chat
export const chunk = z.object({
  message: z.object({ content: text, thinking: text, tool_calls: z.array(toolCall).nullish() }).nullish(),
  done: z.boolean().nullish(),
  done_reason: text,
  error: text,
  prompt_eval_count: count,
  eval_count: count,
  total_duration: count,
  load_duration: count,
  prompt_eval_duration: count,
  eval_duration: count,
});

export type Chunk = z.infer<typeof chunk>;
