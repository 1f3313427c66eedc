import { type Client, data, type TaskEvent } from '../harness/client.ts';
import { templateInput } from '../harness/template-steps.ts';

let made = 0;

/** A template of a name of its own, unless one is given. */
export async function createTemplate(
  who: Client,
  input: Record<string, unknown>,
): Promise<{ id: string; name: string }> {
  made += 1;
  const answer = await who.query(
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id name } } }',
    { input: templateInput({ name: `template-${made}`, ...input }) },
  );
  return data(answer).createTemplate.template;
}

const TASK = `query ($id: ID!) { task(id: $id) { kind status prompt model provider result progress
  templateName templateVersion templateParameters error { code message }
  resourceUsage { model seconds memoryGb inputTokens outputTokens }
  artifacts { id name type mediaType size isTruncated url } } }`;

export async function taskOf(who: Client, id: string) {
  return data(await who.query(TASK, { id })).task;
}

/** Makes a task and follows it to its end. */
export async function follow(who: Client, input: Record<string, unknown>) {
  const id = await who.createTask(input);
  const events = (await who.events(id)).filter(({ seq }) => seq > 0);
  const types = events.map(({ __typename }) => __typename);
  return { id, task: await taskOf(who, id), events, types: withoutRepeats(types) };
}

/** Text comes in as many pieces as it likes. */
function withoutRepeats(types: TaskEvent['__typename'][]) {
  return types.filter((type, index) => type !== types[index - 1]);
}

/** What is in an artifact, as text. */
export async function content(who: Client, url: string, artifact: { url: string }): Promise<string> {
  const response = await fetch(`${url}${artifact.url}`, {
    headers: { authorization: `Bearer ${who.token}` },
  });
  return response.text();
}
