import { useMutation } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { CancelMany, DeleteMany, RetryMany, type RunFilter } from '../documents.ts';
import { Confirmation } from '../parts/confirmation.tsx';
import { ErrorNote } from '../parts/notes.tsx';
import { WORDS } from '../words.ts';
import { pathOf } from './run-title.ts';

type Action = 'cancel' | 'retry' | 'delete';
const ACTIONS = ['cancel', 'retry', 'delete'] as const;

interface Props {
  ids: ReadonlySet<string>;
  filter: RunFilter;
  onDone(): void;
}

/** Acts on the runs that are selected or, if none are, on all that the filter finds; shows the run that does it. */
export function BulkActions({ ids, filter, onDone }: Props) {
  const polyphony = usePolyphony();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Action | null>(null);
  const hasFilter = Object.keys(filter).length > 0;
  const { mutate, error, isPending } = useMutation({
    async mutationFn(action: Action) {
      const input = ids.size > 0 ? { ids: [...ids] } : hasFilter ? { filter } : EVERY_RUN;
      const id = await begin(polyphony, action, input);
      onDone();
      navigate(pathOf(id));
    },
  });
  const whom = ids.size > 0 ? WORDS.runs.these(ids.size) : hasFilter ? WORDS.runs.matching : WORDS.runs.every;
  return (
    <div className="row far">
      <span className="quiet">{whom}</span>
      {ACTIONS.map((action) => (
        <button type="button" key={action} disabled={isPending} onClick={() => setAsked(action)}>
          {WORDS.actions[action]}
        </button>
      ))}
      <Confirmation
        question={asked && WORDS.runs.confirm(WORDS.actions[asked], whom)}
        onAnswer={(isConfirmed) => {
          if (isConfirmed && asked) mutate(asked);
          setAsked(null);
        }}
      />
      {error && <ErrorNote error={error} />}
    </div>
  );
}

type Input = { ids: string[] } | { filter: RunFilter } | { all: boolean };
const EVERY_RUN: Input = { all: true };

async function begin(polyphony: ReturnType<typeof usePolyphony>, action: Action, input: Input) {
  switch (action) {
    case 'cancel':
      return (await polyphony.mutate(CancelMany, { input })).cancelRuns!.bulkOperation.id;
    case 'retry':
      return (await polyphony.mutate(RetryMany, { input })).retryRuns!.bulkOperation.id;
    case 'delete':
      return (await polyphony.mutate(DeleteMany, { input })).deleteRuns!.bulkOperation.id;
  }
}
