import type { ToolDefinition } from '../../providers/provider.ts';
import { inputTokensIn } from '../../rules/models/context-window.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { EngineContext } from '../context.ts';

type Asking = Pick<StartedTask, 'provider' | 'model' | 'parameters'>;

/**
 * Maximum bytes of messages, as JSON, that fit the context window of the model beside the tools. Infinity:
 * the window is unknown.
 */
export async function fittingBytes(
  { quirks }: EngineContext,
  { provider, model, parameters }: Asking,
  { bytesPerToken, tools = [] }: { bytesPerToken: number; tools?: readonly ToolDefinition[] },
): Promise<number> {
  const known = await quirks.windowOf({ provider, model });
  const loaded = provider === 'ollama' ? parameters.numCtx : undefined;
  const window = Math.min(known ?? Number.POSITIVE_INFINITY, loaded ?? Number.POSITIVE_INFINITY);
  if (window === Number.POSITIVE_INFINITY) return window;
  const bytes = inputTokensIn(window, parameters.maxTokens) * bytesPerToken;
  return Math.max(0, Math.floor(bytes - Buffer.byteLength(JSON.stringify(tools))));
}
