import { useMutation, useQuery } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { type FormEvent, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { Choices, type ChoicesQuery, CreateTask, ExecuteWorkflow } from '../documents.ts';
import { ErrorNote } from '../parts/notes.tsx';
import { pathOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';

/** What a prompt can be given to: a model, an agent, a template or a workflow. */
interface Choice {
  value: string;
  name: string;
  start: Start;
}

/** `id`: of a prompt, the model, or null for one that is chosen. */
type Start = { kind: 'prompt'; id: string | null } | { kind: 'agent' | 'template' | 'workflow'; id: string };

/** A form that starts a run and opens its page. "Run again with changes" fills it in. */
export function TryBox() {
  const polyphony = usePolyphony();
  const [, navigate] = useLocation();
  const [given] = useState(readAgain);
  const [prompt, setPrompt] = useState(given.prompt);
  const [chosen, setChosen] = useState(given.choice);
  const groups = useChoices();
  const choice = groups.flatMap(({ choices }) => choices).find(({ value }) => value === chosen);
  const isUnknown = chosen !== '' && !choice;
  const { mutate, error, isPending } = useMutation({
    async mutationFn() {
      const id = await begin(polyphony, choice?.start ?? AUTOMATIC, prompt);
      navigate(pathOf(id));
    },
  });
  const ids = { prompt: useId(), choice: useId() };
  return (
    <form
      className="try"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        mutate();
      }}
    >
      <label htmlFor={ids.prompt}>{WORDS.home.prompt}</label>
      <textarea
        id={ids.prompt}
        rows={4}
        required
        placeholder={WORDS.home.example}
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
      />
      <div className="row">
        <label htmlFor={ids.choice}>{WORDS.home.choice}</label>
        <select id={ids.choice} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">{WORDS.home.automatic}</option>
          {isUnknown && <option value={chosen}>{WORDS.home.unknown}</option>}
          {groups.map(({ label, choices }) => (
            <optgroup key={label} label={label}>
              {choices.map(({ value, name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        <button type="submit" className="primary" disabled={isPending || isUnknown}>
          {WORDS.home.start}
        </button>
      </div>
      {error && <ErrorNote error={error} />}
    </form>
  );
}

/** In the state of the history, because a prompt may be longer than an address. */
export interface Again {
  prompt: string;
  choice: string;
}

function readAgain(): Again {
  const { prompt, choice }: Partial<Again> = history.state ?? {};
  return { prompt: prompt ?? '', choice: choice ?? '' };
}

const AUTOMATIC: Start = { kind: 'prompt', id: null };

function useChoices() {
  const polyphony = usePolyphony();
  const { data } = useQuery({
    queryKey: ['choices'],
    queryFn: ({ signal }) => polyphony.query(Choices, {}, { signal }),
  });
  return data ? groupsOf(data) : [];
}

function groupsOf({ models, agents, templates, workflows }: ChoicesQuery) {
  const named = (kind: 'agent' | 'template' | 'workflow', list: { id: string; name: string }[] | undefined) =>
    (list ?? []).map(({ id, name }): Choice => ({ value: id, name, start: { kind, id } }));
  const ofModels = (models?.nodes ?? []).map(
    ({ modelId, name }): Choice => ({
      value: modelId,
      name: name === modelId ? name : `${name} (${modelId})`,
      start: { kind: 'prompt', id: modelId },
    }),
  );
  const { groups } = WORDS.home;
  return [
    { label: groups.models, choices: ofModels },
    { label: groups.agents, choices: named('agent', agents?.nodes) },
    { label: groups.templates, choices: named('template', templates?.nodes) },
    { label: groups.workflows, choices: named('workflow', workflows?.nodes) },
  ].filter(({ choices }) => choices.length > 0);
}

/** @returns the id of the new run */
async function begin(polyphony: ReturnType<typeof usePolyphony>, start: Start, prompt: string) {
  if (start.kind === 'workflow') {
    const input = { workflowId: start.id, input: { prompt } };
    const { executeWorkflow } = await polyphony.mutate(ExecuteWorkflow, { input });
    return executeWorkflow!.execution.id;
  }
  const input = { prompt, ...subjectOf(start) };
  const { createTask } = await polyphony.mutate(CreateTask, { input });
  return createTask!.task.id;
}

function subjectOf(start: Exclude<Start, { kind: 'workflow' }>) {
  if (start.kind === 'agent') return { agentId: start.id };
  if (start.kind === 'template') return { templateId: start.id };
  return start.id === null ? {} : { model: start.id };
}
