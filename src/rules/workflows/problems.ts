import type { FieldIssue } from '../../errors.ts';
import { liquidReferences, type Reference } from '../liquid/liquid.ts';
import type { Watch } from '../liquid/watch.ts';
import { UNWATCHED } from '../liquid/watch.ts';
import { abbreviateList } from '../text/abbreviate-list.ts';
import { workflowTexts } from './texts.ts';
import type { WorkflowStep } from './workflow.ts';

/** The list of steps in which errors are located by index. */
type Steps = readonly WorkflowStep[];

/**
 * All errors that prevent steps from being executed, each with its field and the name of the step. Empty:
 * none.
 */
export function workflowProblems(steps: Steps, watch: Watch = UNWATCHED): FieldIssue[] {
  const first = [...repeatedIds(steps), ...unknownDependencies(steps)];
  if (first.length > 0) return first;
  const circles = circleProblems(steps);
  return circles.length > 0 ? circles : liquidProblems(steps, watch);
}

function repeatedIds(steps: Steps): FieldIssue[] {
  const seen = new Set<string>();
  return steps.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ field: `steps.${index}.key`, message: `there are two steps with the id ${id}` }];
  });
}

function unknownDependencies(steps: Steps): FieldIssue[] {
  const ids = new Set(steps.map(({ id }) => id));
  const known = abbreviateList([...ids]);
  return steps.flatMap(({ id, dependsOn }, index) =>
    dependsOn.flatMap((needed, place) => {
      if (ids.has(needed)) return [];
      const message = `step ${id} waits for ${needed}, which is not a step; there are ${known}`;
      return [{ field: `steps.${index}.dependsOn.${place}`, message }];
    }),
  );
}

/** Steps that wait for themselves, directly or indirectly, and those that wait for such a step. */
function circleProblems(steps: Steps): FieldIssue[] {
  const reached = reachable(steps);
  return steps.flatMap((step, index) => {
    if (reached.has(step.id)) return [];
    const circle = wayBack(steps, step.id);
    const message = circle
      ? `step ${step.id} waits for itself: ${abbreviateList(circle, ' → ')}`
      : `step ${step.id} is never reached: it waits for ${abbreviateList(step.dependsOn.filter((id) => !reached.has(id)))}`;
    return [{ field: `steps.${index}.dependsOn`, message }];
  });
}

/** The steps that can eventually start. */
function reachable(steps: Steps): Set<string> {
  const reached = new Set<string>();
  for (let size = -1; size < reached.size; ) {
    size = reached.size;
    for (const { id, dependsOn } of steps)
      if (dependsOn.every((needed) => reached.has(needed))) reached.add(id);
  }
  return reached;
}

/** The path from a step via its dependencies back to itself; null: there is none. */
function wayBack(steps: Steps, from: string): string[] | null {
  const needs = new Map(steps.map(({ id, dependsOn }) => [id, dependsOn]));
  const ways: string[][] = [[from]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const needed of needs.get(way.at(-1)!) ?? []) {
      if (needed === from) return [...way, from];
      if (!seen.has(needed)) ways.push([...way, needed]);
      seen.add(needed);
    }
  }
  return null;
}

/** All steps that a step waits for, directly or indirectly. */
function stepsBefore(steps: Steps, { dependsOn }: WorkflowStep): Set<string> {
  const before = new Set(dependsOn);
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const id of before) for (const needed of byId.get(id)?.dependsOn ?? []) before.add(needed);
  return before;
}

function liquidProblems(steps: Steps, watch: Watch): FieldIssue[] {
  const ids = new Set(steps.map(({ id }) => id));
  return steps.flatMap((step, index) => {
    const before = stepsBefore(steps, step);
    return workflowTexts(step).flatMap(({ member, text, roots }) => {
      const field = `steps.${index}.${member}`;
      watch.begin(field);
      return textProblems(text, (reference) => referenceProblem(reference, roots, ids, before)).map(
        (problem) => ({
          field,
          message: `step ${step.id}: ${problem}`,
        }),
      );
    });
  });
}

function textProblems(text: string, problemOf: (reference: Reference) => string | null): string[] {
  const found = liquidReferences(text);
  if (found.problem !== undefined) return [found.problem];
  return [...new Set(found.references.flatMap((reference) => problemOf(reference) ?? []))];
}

const STEP_MEMBERS = ['output', 'data'];

function referenceProblem(
  [root, id, member]: Reference,
  roots: readonly string[],
  ids: ReadonlySet<string>,
  before: ReadonlySet<string>,
): string | null {
  if (root !== 'steps') {
    const allowed = [...roots, 'steps'];
    return allowed.includes(String(root)) ? null : `reads ${root}; there are ${allowed.join(', ')}`;
  }
  if (id === undefined || id === null) return null;
  if (!ids.has(String(id))) return `reads steps.${id}, which is not a step`;
  if (!before.has(String(id))) return `reads steps.${id}, for which it does not wait; add it to dependsOn`;
  if (member === undefined || member === null || STEP_MEMBERS.includes(String(member))) return null;
  return `reads steps.${id}.${member}; there are ${STEP_MEMBERS.join(' and ')}`;
}
