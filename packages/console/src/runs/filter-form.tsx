import { type FormEvent, useId, useState } from 'react';
import { WORDS } from '../words.ts';
import { KINDS, ORDERS, STATUSES } from './filters.ts';

interface Props {
  asked: URLSearchParams;
  setAsked(asked: URLSearchParams): void;
}

/** What the form can change; an address may have more, which stays. */
const NAMES = ['text', 'status', 'kind', 'model', 'type', 'tag', 'from', 'to', 'order'] as const;
type Name = (typeof NAMES)[number];
type Draft = Readonly<Record<Name, string>>;

/** The list is read again when a choice is made; words are read when the form is submitted or left. */
export function FilterForm({ asked, setAsked }: Props) {
  const [draft, setDraft] = useState(() => draftOf(asked));
  const [shown, setShown] = useState(asked.toString());
  // A copied address, or the way back, fills it in anew.
  if (shown !== asked.toString()) {
    setShown(asked.toString());
    setDraft(draftOf(asked));
  }
  function apply(next: Draft) {
    const changed = NAMES.filter((name) => next[name] !== (asked.get(name) ?? ''));
    if (changed.length === 0) return;
    const address = new URLSearchParams(asked);
    for (const name of changed)
      if (next[name] === '') address.delete(name);
      else address.set(name, next[name]);
    setAsked(address);
  }
  function change(name: Name, value: string, isChoice: boolean) {
    const next = { ...draft, [name]: value };
    setDraft(next);
    if (isChoice) apply(next);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    apply(draft);
  }
  const field = (name: Name) => ({ name, value: draft[name], change });
  return (
    <search>
      <form className="filters" onBlur={() => apply(draft)} onSubmit={submit}>
        <Field label={WORDS.runs.text} type="search" {...field('text')} />
        <Choice label={WORDS.runs.status} words={WORDS.statuses} values={STATUSES} {...field('status')} />
        <Choice label={WORDS.runs.kind} words={WORDS.runKinds} values={KINDS} {...field('kind')} />
        <Field label={WORDS.runs.model} type="text" {...field('model')} />
        <Field label={WORDS.runs.type} type="text" {...field('type')} />
        <Field label={WORDS.runs.tag} type="text" {...field('tag')} />
        <Field label={WORDS.runs.from} type="datetime-local" {...field('from')} />
        <Field label={WORDS.runs.to} type="datetime-local" {...field('to')} />
        <Choice
          label={WORDS.runs.order}
          words={WORDS.runs.orders}
          values={ORDERS}
          none={WORDS.runs.newest}
          {...field('order')}
        />
        <button type="submit">{WORDS.runs.search}</button>
        {asked.size > 0 && (
          <button type="button" className="plain" onClick={() => setAsked(new URLSearchParams())}>
            {WORDS.runs.clear}
          </button>
        )}
      </form>
    </search>
  );
}

const draftOf = (asked: URLSearchParams) =>
  Object.fromEntries(NAMES.map((name) => [name, asked.get(name) ?? ''])) as Record<Name, string>;

interface FieldProps {
  label: string;
  name: Name;
  value: string;
  change(name: Name, value: string, isChoice: boolean): void;
}

function Field({ label, name, type, value, change }: FieldProps & { type: string }) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type={type} value={value} onChange={({ target }) => change(name, target.value, false)} />
    </span>
  );
}

interface ChoiceProps extends FieldProps {
  values: readonly string[];
  words: Readonly<Record<string, string>>;
  /** What no choice means. */
  none?: string;
}

function Choice({ label, name, values, words, none = WORDS.runs.any, value, change }: ChoiceProps) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => change(name, target.value, true)}>
        <option value="">{none}</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {words[each]}
          </option>
        ))}
      </select>
    </span>
  );
}
