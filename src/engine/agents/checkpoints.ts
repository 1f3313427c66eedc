import { z } from 'zod';
import type { VendorTurn } from '../../providers/provider.ts';
import { FLAWS, type Flaw } from '../../rules/answers/flaws.ts';
import { isJsonObject } from '../../rules/json/json-object.ts';
import { FINISH_REASONS, PROVIDERS } from '../../vocabulary.ts';

/*
 * The checkpoints that agents store. Those of earlier versions must still be readable, so fields added later are
 * optional.
 */

const answer = z.object({
  /** The id of its model call, as in every checkpoint with the text of a call. */
  callId: z.string(),
  provider: z.enum(PROVIDERS),
  model: z.string(),
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
  vendorTurn: z.custom<VendorTurn>(isJsonObject).nullable().default(null),
  finishReason: z.enum(FINISH_REASONS),
  /** Why the answer is neither a success nor a tool call; null or absent: it is one of the two. */
  flaw: z
    .enum(Object.keys(FLAWS) as [Flaw, ...Flaw[]])
    .nullable()
    .optional(),
});
/** The answer of a model in one turn. */
export type Answer = z.infer<typeof answer>;

/** A turn that has begun: the user messages before its answer. */
export const turnCheckpoint = z.object({ inputs: z.array(z.string()) });
export const answeredTurnCheckpoint = turnCheckpoint.extend(answer.shape);

const ending = z.object({ success: z.boolean(), summary: z.string() });
/** How the agent itself ended the task. */
export type Ending = z.infer<typeof ending>;

export const toolCallCheckpoint = z.object({
  tool: z.string(),
  /** Truncated if long; the checkpoint of the turn has the full text. */
  input: z.unknown(),
  /** The rest is absent while the call is executed. */
  output: z.string().optional(),
  isError: z.boolean().optional(),
  /** Number of user messages that it consumed. */
  inputs: z.int().optional(),
  ending: ending.optional(),
  /** The suffix of `output` that does not come from the tool: see `require-progress.ts`. */
  notice: z.string().optional(),
});
/** A tool call that has begun. */
export type ToolCallState = z.infer<typeof toolCallCheckpoint>;

const compaction = z.object({
  /**
   * Bytes of the request that was too long; the next compaction happens before a request reaches this size
   * again.
   */
  limit: z.number(),
  /** Results and arguments of turns up to this number are truncated to `longest` characters. */
  upTo: z.int(),
  longest: z.int(),
  /** The same for later turns; null: they are not truncated. */
  longestOfRest: z.int().nullable(),
  /** Replaces the turns up to number `upTo`. */
  summary: z.object({ text: z.string(), upTo: z.int() }).nullable(),
});
/** How the history of an agent is shortened to fit the context window of its model. */
export type Compaction = z.infer<typeof compaction>;

export const compactionCheckpoint = z.object({ compaction });
