import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../../errors.ts';
import type { ListedModel, Provider } from '../../providers/provider.ts';
import { recordFoundModels, restoreBuiltInModels } from '../../store/models/record-found-models.ts';
import type { EngineContext } from '../context.ts';
import { describeModels } from './describe-models.ts';

/** Users pull and remove models while the server runs, and may start Ollama after it. */
const INTERVAL_MS = 60_000;

const PATIENCE_MS = 5000;

/** Keeps the catalog in sync with providers that list their own models. @returns a function that stops it */
export function keepFindingModels(context: EngineContext): () => Promise<void> {
  const controller = new AbortController();
  const ended = findAgainAndAgain(context, controller.signal);
  return () => {
    controller.abort();
    return ended;
  };
}

async function findAgainAndAgain(context: EngineContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await findModels(context, signal).catch((error) => {
      if (signal.aborted) return;
      context.log.warn({ error: coerceError(error).message }, 'the model catalog could not be updated');
    });
    await wait(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Lists the models of each such provider once. A provider that does not answer currently has no models. */
export async function findModels(context: EngineContext, signal: AbortSignal): Promise<void> {
  for (const provider of context.providers.values()) {
    await findModelsOf(context, provider, signal);
  }
}

/** Lists the models of one such provider once. */
export async function findModelsOf(
  context: EngineContext,
  provider: Provider,
  signal: AbortSignal,
): Promise<void> {
  if (!provider.models) return;
  const { database } = context.store;
  const listed = await askForModels(context, provider, signal);
  if (listed === undefined) return;
  if (listed === null) return restoreBuiltInModels(database, provider.id);
  const found = await describeModels(context, provider, listed, signal);
  signal.throwIfAborted();
  await recordFoundModels(database, provider.id, found, provider.isPriced ? 'other' : 'only');
}

/**
 * @returns undefined when the list is unknown; a provider that lists its own models has none while it does
 * not answer
 */
async function askForModels(
  { log }: EngineContext,
  provider: Provider,
  signal: AbortSignal,
): Promise<ListedModel[] | null | undefined> {
  try {
    return (await provider.models?.(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]))) ?? null;
  } catch (error) {
    log.debug(
      { provider: provider.id, error: coerceError(error).message },
      'the models of a provider could not be listed',
    );
    return provider.isPriced ? undefined : [];
  }
}
