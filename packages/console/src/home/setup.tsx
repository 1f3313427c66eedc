import { useQuery } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { Setup, type SetupQuery } from '../documents.ts';
import { ErrorNote } from '../parts/notes.tsx';
import { WORDS } from '../words.ts';

/** What is configured and what is not, with the line that would change it. */
export function SetupPart() {
  const polyphony = usePolyphony();
  const { data, error } = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => polyphony.query(Setup, {}, { signal }),
  });
  return (
    <section aria-labelledby="setup">
      <h2 id="setup">{WORDS.setup.title}</h2>
      {error && <ErrorNote error={error} />}
      {data && <Parts {...data} />}
    </section>
  );
}

interface Part {
  name: string;
  state: 'good' | 'absent' | 'bad';
  says: string;
  /** The line that would change it. */
  line?: string | undefined;
}

function Parts({ providers, systemStatus, health }: SetupQuery) {
  const parts: Part[] = [...(providers ?? []).map(providerPart), ...systemParts(systemStatus)];
  return (
    <>
      <ul className="parts">
        {parts.map(({ name, state, says, line }) => (
          <li key={name} className={state}>
            <b>{name}</b> <span>{says}</span>
            {line && <code>{line}</code>}
          </li>
        ))}
      </ul>
      <p className="quiet">
        {WORDS.setup.version(health?.version ?? '')} · <a href="/graphql">{WORDS.setup.graphiql}</a>
      </p>
    </>
  );
}

type ProviderState = NonNullable<SetupQuery['providers']>[number];

function providerPart({ provider, name, configured, reachable, modelsCount }: ProviderState): Part {
  const { says } = WORDS.setup;
  if (!configured) return { name, state: 'absent', says: says.absent, line: WORDS.setup.lines[provider] };
  if (!reachable) return { name, state: 'bad', says: says.unreachable, line: WORDS.setup.lines[provider] };
  return { name, state: 'good', says: says.models(modelsCount) };
}

function systemParts(status: SetupQuery['systemStatus']): Part[] {
  if (!status) return [];
  const { sandbox, liveWorkers, queue } = status;
  const { says, lines, names } = WORDS.setup;
  const hasSandbox = sandbox === 'BUBBLEWRAP' || sandbox === 'UNSHARE';
  return [
    {
      name: names.sandbox,
      state: hasSandbox ? 'good' : 'absent',
      says: says.sandbox[sandbox],
      line: hasSandbox ? undefined : lines.sandbox,
    },
    {
      name: names.workers,
      state: liveWorkers > 0 ? 'good' : 'bad',
      says: says.workers(liveWorkers, queue.readyRuns),
      line: liveWorkers > 0 ? undefined : lines.workers,
    },
  ];
}
