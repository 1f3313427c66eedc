import { mediaTypeOf } from '../../rules/text/media-type.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { completeStep, type StepRow } from '../../store/runs/checkpoints.ts';
import { saveArtifact } from '../../store/tasks/artifacts.ts';
import type { ArtifactType } from '../../vocabulary.ts';
import { diffSince, type Snapshot, snapshotSchema, takeSnapshot } from '../workspaces/workspace-diff.ts';
import type { AgentState } from './agent-state.ts';

/** Key of the checkpoint with the initial state of the working directory. */
const START = 'start';

/** @returns null when the agent has no working directory */
export async function readStart(
  { context, lease, workspace }: Pick<AgentState, 'context' | 'lease' | 'workspace'>,
  steps: readonly StepRow[],
): Promise<Snapshot | null> {
  if (workspace === null) return null;
  const known = steps.find(({ key }) => key === START);
  if (known) return snapshotSchema.parse(known.output);
  const snapshot = await takeSnapshot(context.sandbox, workspace, lease.signal);
  const step = { key: START, output: snapshot, events: [] };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  return snapshot;
}

/** A task that reached its time limit still saves its artifacts. */
const LAST_LOOK_MS = 30_000;

/** Saves the plan and the changes of an agent as artifacts, however its task ended. @throws LeaseLost */
export async function leaveArtifacts(state: AgentState): Promise<void> {
  const { context, lease, workspace, start } = state;
  await save(state, 'plan.json', 'plan', `${JSON.stringify(state.plan, null, 2)}\n`);
  if (workspace === null || start === null) return;
  const signal = lease.signal.aborted ? AbortSignal.timeout(LAST_LOOK_MS) : lease.signal;
  const diff = await diffSince(context.sandbox, workspace, start, signal);
  await save(state, 'diff.patch', 'diff', diff);
}

async function save(
  { context, lease }: AgentState,
  name: string,
  type: ArtifactType,
  text: string,
): Promise<void> {
  const mediaType = mediaTypeOf(name, 'text/plain; charset=utf-8');
  const artifact = { name, type, mediaType, content: Buffer.from(text), isTruncated: false };
  await outlastConnectionLoss(() => saveArtifact(context.store, lease, artifact));
}
