import { mediaTypeOf } from '../../rules/text/media-type.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { completeStep, type StepRow } from '../../store/runs/checkpoints.ts';
import { saveArtifact } from '../../store/tasks/artifacts.ts';
import type { ArtifactType } from '../../vocabulary.ts';
import { diffSince, type Snapshot, snapshotSchema, takeSnapshot } from '../workspaces/workspace-diff.ts';
import type { AgentState } from './agent-state.ts';

/** Key of the checkpoint with the state of the working directory before the first tool used it. */
const START = 'start';

/** @returns null when no tool has used the working directory yet */
export function readStart(steps: readonly StepRow[]): Snapshot | null {
  const known = steps.find(({ key }) => key === START);
  return known ? snapshotSchema.parse(known.output) : null;
}

/** To be called before a tool uses the working directory: the first call keeps its content for the diff. */
export async function keepStart(state: AgentState, workspace: string): Promise<void> {
  if (state.start !== null) return;
  const { context, lease } = state;
  const snapshot = await takeSnapshot(context.sandbox, workspace, lease.signal);
  const step = { key: START, output: snapshot, events: [] };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  state.start = snapshot;
}

/** A task that reached its time limit still saves its artifacts. */
const LAST_LOOK_MS = 30_000;

/** Saves the plan and the changes of an agent as artifacts, however its task ended. @throws LeaseLost */
export async function leaveArtifacts(state: AgentState): Promise<void> {
  const { context, lease, workspace, start } = state;
  await save(state, 'plan.json', 'plan', `${JSON.stringify(state.plan, null, 2)}\n`);
  if (workspace === null) return;
  const signal = lease.signal.aborted ? AbortSignal.timeout(LAST_LOOK_MS) : lease.signal;
  const diff = start === null ? '' : await diffSince(context.sandbox, workspace, start, signal);
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
