import pLimit from 'p-limit';
import { coerceError } from '../../errors.ts';
import type { ListedModel, ModelTraits, Provider } from '../../providers/provider.ts';
import { type FoundModel, readDigests } from '../../store/models/record-found-models.ts';
import type { EngineContext } from '../context.ts';

/** Concurrent requests to one server. */
const CONCURRENCY = 4;
/** For all models together; the remaining ones are described at the next update. */
const PATIENCE_MS = 20_000;

/** Listed models with their traits. Models whose digest is already in the catalog are not requested again. */
export async function describeModels(
  context: EngineContext,
  provider: Provider,
  listed: readonly ListedModel[],
  signal: AbortSignal,
): Promise<FoundModel[]> {
  const known = await readDigests(context.store.database, provider.id);
  const limit = pLimit(CONCURRENCY);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return Promise.all(
    listed.map(async ({ id, digest, traits }) => {
      if (digest !== null && known.get(id) === digest) return toFound(id, null, null);
      const described = traits ?? (await limit(() => askForTraits(context, provider, id, patience)));
      return toFound(id, described && digest, described);
    }),
  );
}

async function askForTraits(
  { log }: EngineContext,
  provider: Provider,
  model: string,
  signal: AbortSignal,
): Promise<ModelTraits | null> {
  if (!provider.traitsOf || signal.aborted) return null;
  try {
    return await provider.traitsOf(model, signal);
  } catch (error) {
    log.debug(
      { provider: provider.id, model, error: coerceError(error).message },
      'a model could not be described',
    );
    return null;
  }
}

const UNKNOWN: ModelTraits = { contextWindow: null, capabilities: ['text'], callsTools: null };

function toFound(modelId: string, digest: string | null, traits: ModelTraits | null): FoundModel {
  const { contextWindow, capabilities, callsTools } = traits ?? UNKNOWN;
  return {
    modelId,
    digest,
    capabilities,
    contextWindow,
    supportsVision: capabilities.includes('vision'),
    supportsFunctionCalling: callsTools ?? false,
    lacks: [
      ...(capabilities.includes('text') ? [] : (['text'] as const)),
      ...(callsTools === false ? (['tools'] as const) : []),
    ],
  };
}
