import { DomainError } from '../../errors.ts';
import type { GitCloneStep } from '../../rules/templates/template.ts';
import { isRelativePath } from '../../rules/text/relative-path.ts';
import { isRef, type Repository, readRepositoryUrl } from '../../rules/workspaces/git.ts';
import { cloneRepository } from '../workspaces/clone-repository.ts';
import { fill, fillIfAny, type StepOutput, type StepWork } from './step-work.ts';
import { workspaceOf } from './workspace.ts';

type Work = StepWork<GitCloneStep>;

/** Clones a repository into the working directory, without its history. */
export async function gitClone(work: Work): Promise<StepOutput> {
  const { context, lease, task, step } = work;
  const repository = repositoryOf(work);
  const ref = fillIfAny(work, 'ref');
  if (ref !== null && !isRef(ref)) {
    throw new DomainError('GIT_FAILED', `${JSON.stringify(ref)} is not a valid name of a branch or tag`);
  }
  const directory = fillIfAny(work, 'directory') ?? step.id;
  if (!isRelativePath(directory)) {
    throw new DomainError('GIT_FAILED', `${JSON.stringify(directory)} is not a valid folder to clone into`);
  }
  const commit = await cloneRepository(context, {
    ...repository,
    ref,
    directory,
    token: fillIfAny(work, 'token'),
    workspace: await workspaceOf(context, task),
    signal: lease.signal,
  });
  return { output: commit, commit, directory };
}

function repositoryOf(work: Work): Repository {
  const read = readRepositoryUrl(fill(work, 'url'), work.context.outbound.isNamed);
  if ('problem' in read) throw new DomainError('GIT_FAILED', read.problem);
  return read;
}
