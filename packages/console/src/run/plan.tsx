import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

type Steps = Extract<Run, { __typename: 'Task' }>['plan']['steps'];

export function Plan({ steps }: { steps: Steps }) {
  if (steps.length === 0) return null;
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">{WORDS.run.plan}</h2>
      <ol className="plan">
        {steps.map(({ key, description, status }) => (
          <li key={key} className={status.toLowerCase()}>
            {description} <span className="quiet">{WORDS.planSteps[status]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
