import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type ArtifactRow, findArtifacts, readArtifact } from '../../store/tasks/artifacts.ts';
import { requireViewer } from '../request/viewer.ts';

/** @throws DomainError NOT_FOUND, also for another user's artifact */
export async function artifact(context: Context, id: string): Promise<ArtifactRow> {
  const { userId } = requireViewer(context);
  const [found] = await findArtifacts(context.store.database, userId, [id]);
  return found ?? missing();
}

/** The artifact with its content. @throws DomainError NOT_FOUND, also for another user's artifact */
export async function artifactContent(
  context: Context,
  id: string,
): Promise<ArtifactRow & { content: Buffer }> {
  const { userId } = requireViewer(context);
  return (await readArtifact(context.store.database, userId, id)) ?? missing();
}

function missing(): never {
  throw new DomainError('NOT_FOUND', 'there is no such artifact');
}
