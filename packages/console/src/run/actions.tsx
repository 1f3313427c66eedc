import { useMutation, useQueryClient } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Cancel, Delete, Retry } from '../documents.ts';
import type { Again } from '../home/try-box.tsx';
import { Confirmation } from '../parts/confirmation.tsx';
import { Menu } from '../parts/menu.tsx';
import { ErrorNote } from '../parts/notes.tsx';
import { isOpen } from '../parts/status.tsx';
import { titleOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';
import { asCurl, asGraphql } from './copies.ts';
import type { Run } from './use-run.ts';

/** What can be done with a run in its state. */
export function Actions({ run }: { run: Run }) {
  const { id, status } = run;
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [isDeleting, setDeleting] = useState(false);
  const { mutate, error, isPending } = useMutation({
    async mutationFn(action: 'cancel' | 'retry' | 'delete') {
      if (action === 'cancel') await polyphony.mutate(Cancel, { input: { id } });
      else if (action === 'retry') await polyphony.mutate(Retry, { input: { id } });
      else await polyphony.mutate(Delete, { input: { id } });
      if (action === 'delete') navigate('/runs');
      else await queries.invalidateQueries({ queryKey: ['run', id] });
    },
  });
  return (
    <div className="row">
      {isOpen(status) && (
        <button type="button" disabled={isPending} onClick={() => mutate('cancel')}>
          {WORDS.actions.cancel}
        </button>
      )}
      {status === 'FAILED' && (
        <button type="button" className="primary" disabled={isPending} onClick={() => mutate('retry')}>
          {WORDS.actions.retry}
        </button>
      )}
      {run.__typename === 'Task' && run.prompt !== '' && (
        <Link className="button" href="/" state={againOf(run)}>
          {WORDS.actions.again}
        </Link>
      )}
      <CopyMenu run={run} />
      <button type="button" disabled={isPending} onClick={() => setDeleting(true)}>
        {WORDS.actions.delete}
      </button>
      <Confirmation
        question={isDeleting ? WORDS.run.confirmDelete(titleOf(run)) : null}
        onAnswer={(isConfirmed) => {
          setDeleting(false);
          if (isConfirmed) mutate('delete');
        }}
      />
      {error && <ErrorNote error={error} />}
    </div>
  );
}

/** What fills in the form of the first page. */
function againOf({ prompt, agent, model }: Extract<Run, { __typename: 'Task' }>): Again {
  return { prompt, choice: agent?.id ?? model ?? '' };
}

function CopyMenu({ run }: { run: Run }) {
  const copy = (text: string) => navigator.clipboard.writeText(text);
  const items = [
    { name: 'GraphQL', onSelect: () => copy(asGraphql(run)) },
    { name: 'curl', onSelect: () => copy(asCurl(run, location.origin)) },
    { name: WORDS.actions.copyId, onSelect: () => copy(run.id) },
  ];
  return <Menu label={WORDS.actions.copy} items={items} />;
}
