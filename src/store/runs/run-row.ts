import type { RunError } from '../../errors.ts';
import type { Origin, RunKind, RunStatus } from '../../vocabulary.ts';
import { OPEN_EXECUTION } from '../entities/run-statuses.ts';

/** What every run has, whatever its kind. */
export interface RunRow {
  id: string;
  runKind: RunKind;
  ownerId: string;
  origin: Origin;
  status: RunStatus;
  /** What people know it by: its title, its name or the beginning of what it was asked. */
  label: string;
  priority: number;
  attempt: number;
  lastSeq: number;
  sessionId: string | null;
  cancelReason: string | null;
  createdAt: Date;
  updatedAt: Date;
  tags: string[];
  metadata: Record<string, unknown> | null;
  startAt: Date | null;
  expiresAt: Date | null;
  progress: number;
  error: RunError | null;
  startedAt: Date | null;
  endedAt: Date | null;
}

/** Characters of a label. */
const LABEL_LENGTH = 120;

/** SQL of labels, where the kind's table names its row. `left` reads no more of a long text than it returns. */
const LABELS: Record<RunKind, string> = {
  task: `left(coalesce(nullif(task.title, ''), nullif(task.prompt, ''), task.template_name, ''), ${LABEL_LENGTH})`,
  execution: `left(execution.workflow_name, ${LABEL_LENGTH})`,
  orchestration: `left(orchestration.prompt, ${LABEL_LENGTH})`,
  bulk: `bulk.action || ' runs'`,
};

/** SQL of the columns of RunRow by their names, where `run` and the kind's table name its rows. */
export function runColumns<Kind extends RunKind>(kind: Kind) {
  return {
    id: 'run.id',
    runKind: 'run.kind',
    ownerId: 'run.owner_id',
    origin: 'run.origin',
    status: 'run.status',
    label: LABELS[kind],
    priority: 'run.priority',
    attempt: 'run.attempt',
    lastSeq: 'run.last_seq',
    sessionId: 'run.session_id',
    cancelReason: 'run.cancel_reason',
    createdAt: 'run.created_at',
    updatedAt: 'run.updated_at',
    tags: 'run.tags',
    metadata: 'run.metadata',
    startAt: 'run.start_at',
    expiresAt: 'run.expires_at',
    progress: `${kind}.progress`,
    error: `${kind}.error`,
    startedAt: `${kind}.started_at`,
    endedAt: 'run.ended_at',
  } satisfies Record<keyof RunRow, string>;
}

/** SQL: the columns as a list. */
export function select(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, column]) => `${column} as "${name}"`)
    .join(', ');
}

/** SQL: the status of an execution, which is running from its start to its end. */
export const EXECUTION_STATUS = `case when execution.started_at is not null and run.status ${OPEN_EXECUTION} then 'running'
  else run.status end`;
