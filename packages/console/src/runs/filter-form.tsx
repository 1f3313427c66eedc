import { type FormEvent, useId } from 'react';
import { WORDS } from '../words.ts';
import { KINDS, ORDERS, STATUSES } from './filters.ts';

interface Props {
  asked: URLSearchParams;
  setAsked(asked: URLSearchParams): void;
}

/** The list is read again when a choice is made; words are read when the form is submitted or left. */
export function FilterForm({ asked, setAsked }: Props) {
  function change(event: FormEvent<HTMLFormElement>) {
    const form = new FormData(event.currentTarget);
    const next = new URLSearchParams();
    for (const [name, value] of form) if (typeof value === 'string' && value !== '') next.append(name, value);
    if (next.toString() !== asked.toString()) setAsked(next);
  }
  return (
    <search>
      <form
        className="filters"
        // A copied address, or the way back, fills it in anew.
        key={asked.toString()}
        onChange={(event) => isChoice(event.target) && change(event)}
        onBlur={change}
        onSubmit={(event) => {
          event.preventDefault();
          change(event);
        }}
      >
        <Field label={WORDS.runs.text} name="text" type="search" asked={asked} />
        <Choice
          label={WORDS.runs.status}
          name="status"
          words={WORDS.statuses}
          values={STATUSES}
          asked={asked}
        />
        <Choice label={WORDS.runs.kind} name="kind" words={WORDS.runKinds} values={KINDS} asked={asked} />
        <Field label={WORDS.runs.model} name="model" type="text" asked={asked} />
        <Field label={WORDS.runs.type} name="type" type="text" asked={asked} />
        <Field label={WORDS.runs.tag} name="tag" type="text" asked={asked} />
        <Field label={WORDS.runs.from} name="from" type="datetime-local" asked={asked} />
        <Field label={WORDS.runs.to} name="to" type="datetime-local" asked={asked} />
        <Choice
          label={WORDS.runs.order}
          name="order"
          words={WORDS.runs.orders}
          values={ORDERS}
          asked={asked}
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

function isChoice(target: EventTarget): boolean {
  return target instanceof HTMLSelectElement;
}

interface FieldProps {
  label: string;
  name: string;
  asked: URLSearchParams;
}

function Field({ label, name, type, asked }: FieldProps & { type: string }) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} type={type} defaultValue={asked.get(name) ?? ''} />
    </span>
  );
}

interface ChoiceProps extends FieldProps {
  values: readonly string[];
  words: Readonly<Record<string, string>>;
}

function Choice({ label, name, values, words, asked }: ChoiceProps) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={asked.get(name) ?? ''}>
        <option value="">{WORDS.runs.any}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {words[value]}
          </option>
        ))}
      </select>
    </span>
  );
}
