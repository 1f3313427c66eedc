import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../../errors.ts';
import type { ListedModel, Provider } from '../../providers/provider.ts';
import { recordFoundModels, restoreBuiltInModels } from '../../store/models/record-found-models.ts';
import type { EngineContext } from '../context.ts';
import { describeModels } from './describe-models.ts';

/** People pull and remove models while we run, and start Ollama after us. */
const INTERVAL_MS = 60_000;

const PATIENCE_MS = 5000;

/** Keeps the catalog true to what those providers have whose models only they know. @returns what ends it. */
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
      context.log.warn({ error: coerceError(error).message }, 'the catalog could not be brought up to date');
    });
    await wait(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** One look at every such provider. One that does not answer has no models now. */
export async function findModels(context: EngineContext, signal: AbortSignal): Promise<void> {
  for (const provider of context.providers.values()) {
    await findModelsOf(context, provider, signal);
  }
}

/** One look at a provider whose models only it knows. */
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

/** @returns undefined when it is not known which it has; one whose models only it knows has none while it does not answer. */
async function askForModels(
  { log }: EngineContext,
  provider: Provider,
  signal: AbortSignal,
): Promise<ListedModel[] | null | undefined> {
  try {
    return (await provider.models?.(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]))) ?? null;
  } catch (error) {
    log.debug({ provider: provider.id, error: coerceError(error).message }, 'no models were found');
    return provider.isPriced ? undefined : [];
  }
}
