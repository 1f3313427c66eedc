import { RunDetails } from '../documents.ts';
import type { Run } from './use-run.ts';

/** The request that would create the same task; of other kinds, the one that reads it. */
function requestOf(run: Run): { query: string; variables: Record<string, unknown> } {
  if (run.__typename !== 'Task' || run.prompt === '') return { query: RunDetails, variables: { id: run.id } };
  const { prompt, systemPrompt, model, agent, tags } = run;
  const input = {
    prompt,
    ...(systemPrompt && { systemPrompt }),
    ...(agent ? { agentId: agent.id } : model && { model }),
    ...(tags.length > 0 && { tags }),
  };
  const query = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id status } } }';
  return { query, variables: { input } };
}

/** For GraphiQL: the document, and its variables below it in a comment. */
export function asGraphql(run: Run): string {
  const { query, variables } = requestOf(run);
  const comment = JSON.stringify(variables, null, 2).replaceAll(/^/gm, '# ');
  return `${query}\n\n${comment}\n`;
}

export function asCurl(run: Run, origin: string): string {
  // In single quotes a shell changes nothing but the quote itself.
  const body = JSON.stringify(requestOf(run)).replaceAll("'", `'\\''`);
  return [
    `curl ${origin}/graphql`,
    "-H 'content-type: application/json'",
    '-H "authorization: Bearer $TOKEN"',
    `-d '${body}'`,
  ].join(' \\\n  ');
}
