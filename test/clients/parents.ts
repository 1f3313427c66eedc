import { type Client, data } from '../harness/client.ts';

/** An agent's task with a plan and tool calls, a template, and a workflow with an execution. */
export async function createParents(owner: Client, name: string): Promise<void> {
  const plan = { steps: [{ id: 'a', description: `A of ${name}`, status: 'completed' }] };
  const prompt = `update_plan ${JSON.stringify(plan)}`;
  const task = await owner.createTask({ kind: 'AGENT', prompt, model: 'demo' });
  await owner.events(task);
  await create(owner, 'createTemplate', 'template', {
    name,
    steps: [{ storeOutput: { key: 'a', name: `A of ${name}`, content: name } }],
  });
  const workflow = await create(owner, 'createWorkflow', 'workflow', {
    name,
    steps: [{ key: 'a', name: `A of ${name}`, task: `This is of ${name}.`, model: 'demo' }],
  });
  const execution = await create(owner, 'executeWorkflow', 'execution', { workflowId: workflow });
  const ends = 'subscription ($id: ID!) { runEvents(runId: $id) { seq } }';
  for await (const event of owner.subscribe(ends, { id: execution })) data(event);
}

async function create(owner: Client, mutation: string, field: string, input: object): Promise<string> {
  const type = mutation[0]!.toUpperCase() + mutation.slice(1);
  const document = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${field} { id } } }`;
  return data(await owner.query(document, { input }))[mutation][field].id;
}
