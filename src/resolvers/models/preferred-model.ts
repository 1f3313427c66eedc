import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { AskedModel } from '../../new-tasks/chosen-model.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import type { ModelAbility } from '../../vocabulary.ts';
import { resolveModel } from './model.ts';

/** The first available one of a session's preferred models; null: none is available. */
export async function preferredModel(
  context: Context,
  { settings }: Pick<SessionRow, 'settings'>,
  needed: ModelAbility,
): Promise<Pick<AskedModel, 'provider' | 'model' | 'events'> | null> {
  for (const name of settings.preferredModels ?? []) {
    const found = await resolveModel(context, name, 'preferredModels', needed).catch(passOver);
    if (!found) continue;
    const { provider, model } = found;
    const data = { provider, model, reason: 'preferred by the session', alternatives: [] };
    return { ...found, events: [{ type: 'ModelSelected', data }] };
  }
  return null;
}

/** An unavailable preference is skipped. */
function passOver(error: unknown): null {
  if (error instanceof DomainError) return null;
  throw error;
}
