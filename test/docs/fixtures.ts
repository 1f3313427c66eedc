import type { Client } from '../harness/client.ts';
import * as make from './objects.ts';
import type { World } from './world.ts';

const AGENT_PROMPT =
  'Call write_file {"path":"hello.sh","content":"echo Hello\\n"}, then terminal {"command":"bash hello.sh"}, then finish {"summary":"hello.sh greets."}';

/** What the variables of the pages' documents stand for, by their names. */
const BY_NAME: Record<string, make.Fixture> = {
  runId: make.done(),
  bulkId: make.bulk,
  taskId: make.done(),
  sessionId: make.session,
  threadId: make.thread,
  agentId: make.agent,
  templateId: make.template,
  workflowId: make.workflow,
  executionId: make.execution,
  orchestrationId: make.orchestration,
  modelId: make.model,
  integrationId: make.integration,
  deliveryId: make.delivery,
  userId: make.person,
  keyId: make.apiKey,
  url: async ({ receiverUrl }) => receiverUrl,
  refreshToken: make.refreshToken,
  inviteToken: make.inviteToken,
  resetToken: make.resetToken,
};

/** The same for fields that need an object in a certain state: `executeTask.taskId`. */
const BY_FIELD: Record<string, make.Fixture> = {
  'executeTask.taskId': make.held(),
  'updateTask.taskId': make.held(),
  'updateTaskPriority.taskId': make.held(),
  'endTask.taskId': make.held(),
  'cancelTask.taskId': make.held(),
  'deleteTask.taskId': make.done(),
  'retryTask.taskId': make.failed,
  'provideTaskInput.taskId': make.held({ kind: 'AGENT' }),
  'cancelRun.runId': make.held(),
  'retryRun.runId': make.failed,
  'executeWorkflow.workflowId': make.workflow,
  'cancelExecution.executionId': make.runningExecution,
  'retryExecution.executionId': make.failedExecution,
  'cancelOrchestration.orchestrationId': make.runningOrchestration,
  'retryOrchestration.orchestrationId': make.failedOrchestration,
  'integration.integrationId': make.notified,
};

/** Of pages that are about tasks of a certain kind. */
const BY_PAGE: Record<string, Record<string, make.Fixture>> = {
  'README.md': { taskId: make.done({ model: null }) },
  'docs/guide/agents.md': { taskId: make.done({ kind: 'AGENT', type: 'code', prompt: AGENT_PROMPT }) },
};

/** What a page's examples find there. */
const SET_UPS: Record<string, make.Fixture> = {
  'docs/guide/prediction.md': make.done({
    kind: 'AGENT',
    type: 'security_scan',
    predict: true,
    prompt: 'Call finish {"summary":"Safe."}',
  }),
  'docs/guide/analytics.md': make.orchestration,
};

export async function setUp(world: World, page: string): Promise<void> {
  await SET_UPS[page]?.(world);
}

/** @returns what a variable of a page's document is given. @param field the first one of the document */
export async function fixtureFor(world: World, page: string, field: string, name: string): Promise<string> {
  const fixture = BY_FIELD[`${field}.${name}`] ?? BY_PAGE[page]?.[name] ?? BY_NAME[name];
  if (!fixture) throw new Error(`test/docs/fixtures.ts has nothing for the variable $${name} of ${field}`);
  return fixture(world);
}

/** They end logins, so they are another account's. */
const ENDING_LOGINS = ['logout', 'logoutEverywhere', 'changePassword'];

export async function clientOf({ admin, server }: World, field: string): Promise<Client> {
  return ENDING_LOGINS.includes(field) ? server.newUser() : admin;
}
