import { type Answer, type Client, data } from '../harness/client.ts';
import type { ScriptedAnswer, Vendor } from '../harness/vendor/server.ts';
import { createLegacyClient } from '../rest-compat/clients/legacy-client.ts';

/** What an account owns: its words, and what a test needs to go on with it. */
export interface World {
  client: Client;
  /** Stands in every text that the account wrote and no caller ever sends. */
  canary: string;
  /** Names by which a caller can refer to something of the account; without the canary, since callers send them. */
  handles: Record<string, string>;
  /** Finished, running-to-be and waiting things by a name of this file, in the form that GraphQL prints. */
  made: { session: string; thread: string; workflow: string; agent: string; template: string };
}

const call = (name: string, input: object): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: { ...input } }],
});

/** One of everything that an account can own, some of it finished by a worker. @param name unique, letters. */
export async function createWorld(client: Client, vendor: Vendor, name: string): Promise<World> {
  const canary = `canary-${name}-7c1f`;
  const handles = {
    email: data(await client.query('{ viewer { email } }')).viewer.email,
    model: `model-of-${name}`,
    alias: `alias-of-${name}`,
    template: `template-of-${name}`,
    userLabel: `label-of-${name}`,
    idempotencyKey: `key-of-${name}`,
    taskType: `type-of-${name}`,
  };
  const make = (mutation: string, input: object, result: string) =>
    client.query(
      `mutation ($input: ${capital(mutation)}Input!) { ${mutation}(input: $input) { ${result} } }`,
      {
        input,
      },
    );
  const idOf = async (mutation: string, input: object, result: string): Promise<string> =>
    data(await make(mutation, input, `${result} { id }`))[mutation][result].id;

  await idOf(
    'createIntegration',
    { platform: 'WEBHOOK', name: canary, url: `https://127.0.0.1/${canary}` },
    'integration',
  );
  const session = await idOf(
    'createSession',
    { name: canary, description: canary, userLabel: handles.userLabel, costLimit: 50 },
    'session',
  );
  const thread = await idOf(
    'createThread',
    { title: canary, originalPrompt: canary, context: canary, domain: canary, sessionId: session },
    'thread',
  );
  await idOf('createApiKey', { name: canary }, 'apiKey');
  await idOf(
    'createModel',
    {
      provider: 'OPENAI',
      modelId: handles.model,
      name: canary,
      aliases: [handles.alias],
      specialties: [canary],
      version: canary,
    },
    'model',
  );
  const agent = await idOf(
    'createAgent',
    {
      name: canary,
      description: canary,
      capabilities: [canary],
      systemPrompt: canary,
      type: handles.taskType,
    },
    'agent',
  );
  const template = await idOf(
    'createTemplate',
    {
      name: handles.template,
      description: canary,
      parameters: [{ name: 'p', type: 'STRING', description: canary }],
      steps: [{ storeOutput: { key: 'a', name: canary, content: canary } }],
    },
    'template',
  );
  const workflow = await idOf(
    'createWorkflow',
    {
      name: canary,
      description: canary,
      schedule: { cron: '0 0 1 1 *', timeZone: 'UTC', input: { x: canary } },
      steps: [{ key: 'a', name: canary, task: canary, model: 'gpt-4o@echo=1' }],
    },
    'workflow',
  );
  const text = `${canary} text`;
  const plan = { steps: [{ id: 's', description: canary, status: 'completed' }] };
  const working = script(vendor, `works-${name}`, [
    call('update_plan', plan),
    call('write_file', { path: 'a.txt', content: canary }),
    call('finish', { summary: canary }),
  ]);
  const asking = script(vendor, `asks-${name}`, [call('ask_user', { question: canary })]);
  const author = script(vendor, `writes-${name}`, [{ text }, { text }]);
  const judge = script(vendor, `judges-${name}`, [{ text: JSON.stringify({ score: 9, feedback: canary }) }]);
  const subject = { title: canary, description: canary, target: canary, systemPrompt: canary };
  const prompt = {
    prompt: canary,
    model: 'gpt-4o@echo=1',
    threadId: thread,
    idempotencyKey: handles.idempotencyKey,
    context: { x: canary },
    taskParameters: { x: canary },
    type: handles.taskType,
    ...subject,
  };
  const first = await client.createTask(prompt);
  const byAgent = { kind: 'AGENT', prompt: canary, agentId: agent, sessionId: session };
  const finished = [
    first,
    await client.createTask({ ...byAgent, model: working }),
    await client.createTask({ templateName: handles.template, templateParameters: { p: canary } }),
    await client.createTask({ prompt: canary, model: 'gpt-4o@echo=1', dependsOn: [first] }),
  ];
  const waiting = await client.createTask({ ...byAgent, model: asking });
  const execution = await idOf(
    'executeWorkflow',
    { workflowId: workflow, input: { x: canary }, parameters: { x: canary } },
    'execution',
  );
  const orchestration = await idOf(
    'startOrchestration',
    { prompt: canary, domain: canary, preferredModels: [author, judge], maxIterations: 1, threadId: thread },
    'orchestration',
  );
  // It finds nothing, so that the others stay as they are.
  await client.query(
    'mutation ($tag: String!) { cancelRuns(input: { filter: { tags: [$tag] } }) { bulkOperation { id } } }',
    { tag: canary },
  );
  const refused = 'gpt-4o@fault=401';
  // As many as an orchestration has in one: with all of them failing it does.
  const refusedOnes = [1, 2, 3, 4, 5].map((number) => `gpt-4o@fault=401,key=${name}${number}`);
  const failing = await idOf(
    'createWorkflow',
    { name: `${canary} fails`, steps: [{ key: 'a', name: canary, task: canary, model: refused }] },
    'workflow',
  );
  const failed = {
    task: await client.createTask({ prompt: canary, model: refused, sessionId: session }),
    execution: await idOf('executeWorkflow', { workflowId: failing, input: { x: canary } }, 'execution'),
    orchestration: await idOf(
      'startOrchestration',
      { prompt: canary, preferredModels: refusedOnes, maxIterations: 1, threadId: thread },
      'orchestration',
    ),
  };
  await Promise.all([
    ...finished.map((id) => until(client, 'taskEvents', 'taskId', id, ENDS)),
    until(client, 'taskEvents', 'taskId', waiting, ['InputRequested']),
    until(client, 'executionEvents', 'executionId', execution, ENDS),
    until(client, 'orchestrationEvents', 'orchestrationId', orchestration, ENDS),
    // What has failed can be tried again, by its owner.
    ...Object.entries(failed).map(([kind, id]) =>
      until(client, `${kind}Events`, `${kind}Id`, id, ['RunFailed']),
    ),
  ]);
  return { client, canary, handles, made: { session, thread, workflow, agent, template } };
}

/** What is left to be done, made when no worker is there: it can be cancelled, changed and deleted by its owner. */
export async function addUnfinished({ client, canary, made }: World): Promise<void> {
  // The newest is in no session, which can be deleted without it.
  for (const more of [{ sessionId: made.session }, { hold: true }, {}]) {
    await client.createTask({ prompt: canary, model: 'gpt-4o@echo=1', ...more });
  }
  const begin = async (document: string) => data(await client.query(document));
  await begin(`mutation { executeWorkflow(input: { workflowId: "${made.workflow}" }) { execution { id } } }`);
  await begin(`mutation { startOrchestration(input: { prompt: "${canary}", preferredModels: ["gpt-4o@echo=1"],
    threadId: "${made.thread}" }) { orchestration { id } } }`);
}

/** Things whose ids have the forms of the dialects. Left undone as well. @param url of the server. */
export async function addThroughDialects({ client, canary, handles }: World, url: string): Promise<void> {
  const post = async (dialect: string, path: string, body: object) => {
    const headers = { authorization: `Bearer ${client.token}` };
    const answer = await createLegacyClient(`${url}/${dialect}`)('POST', path, body, headers);
    if (answer.status >= 300) throw new Error(`${dialect} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { _id: session_id } = await post('orchestratex', '/api/sessions/', { user_id: handles.userLabel });
  const thread = { session_id, original_prompt: canary, context: canary };
  const { _id: thread_id } = await post('orchestratex', '/api/threads/', thread);
  await post('orchestratex', '/api/orchestration/start', { thread_id, prompt: canary });
  await post('ai-task-orchestra', '/api/v1/tasks', { template: handles.template, parameters: { p: canary } });
  const described = { title: canary, description: canary };
  await post('themachine', '/api/v1/tasks', { type: 'code', ...described });
  await post('themachine', '/api/v1/agents', { name: canary, type: 'code', description: canary });
  await post('amas', '/api/v1/tasks', { task_type: 'security_scan', target: canary, ...described });
  const { id } = await post('mini-devin', '/api/sessions', { name: canary });
  await post('mini-devin', `/api/sessions/${id}/tasks`, { description: canary });
}

export const ENDS = ['RunCompleted', 'RunFailed', 'RunCancelled'];

export async function until(client: Client, field: string, argument: string, id: string, types: string[]) {
  const document = `subscription ($id: ID!) { ${field}(${argument}: $id) { __typename } }`;
  for await (const payload of client.subscribeSse(document, { id })) {
    if (types.includes((data(payload) as Answer['data'])[field].__typename)) return;
  }
  throw new Error(`${field} ended without ${types}`);
}

function script(vendor: Vendor, key: string, answers: ScriptedAnswer[]): string {
  const model = `gpt-4o@key=${key}`;
  vendor.scripts.set(model, answers);
  return model;
}

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}
