import { count } from '../parts/format.ts';
import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

type Listed = Extract<Run, { __typename: 'Task' }>['artifacts'];

export function Artifacts({ artifacts }: { artifacts: Listed }) {
  if (artifacts.length === 0) return null;
  return (
    <section aria-labelledby="artifacts">
      <h2 id="artifacts">{WORDS.run.artifacts}</h2>
      <ul>
        {artifacts.map(({ id, name, size, mediaType }) => (
          <li key={id}>
            {name}{' '}
            <span className="quiet">
              {mediaType}, {WORDS.run.bytes(count(size))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
