import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Context, Viewer } from '../../context.ts';
import type { DomainError } from '../../errors.ts';
import { requireScope, scopeRefusal } from '../../resolvers/accounts/require-scope.ts';
import type { Scope } from '../../vocabulary.ts';
import { requirePlainResult } from './plain-result.ts';
import { requireRunAccess } from './run-access.ts';

/** `none`: no credentials required. `public`: additionally ignores the credentials of the request. */
type Requirement = Scope | 'none' | 'public';

const QUERIES = {
  agent: 'read',
  agents: 'read',
  allLegacyClients: 'admin',
  apiKeys: 'read',
  artifact: 'read',
  auditLog: 'admin',
  bulkOperation: 'read',
  execution: 'read',
  executions: 'read',
  exportUser: 'read',
  health: 'none',
  integration: 'read',
  integrations: 'read',
  legacyClients: 'read',
  model: 'read',
  models: 'read',
  node: 'read',
  nodes: 'read',
  orchestration: 'read',
  orchestrations: 'read',
  predictTask: 'read',
  predictionCalibration: 'read',
  providers: 'read',
  run: 'read',
  runs: 'read',
  selectModel: 'read',
  session: 'read',
  sessionAnalytics: 'read',
  sessions: 'read',
  systemMetrics: 'read',
  systemStatus: 'read',
  task: 'read',
  tasks: 'read',
  template: 'read',
  templates: 'read',
  thread: 'read',
  threads: 'read',
  userAnalytics: 'read',
  users: 'admin',
  validateTemplate: 'read',
  viewer: 'read',
  workflow: 'read',
  workflows: 'read',
} satisfies Record<string, Requirement>;

const MUTATIONS = {
  cancelExecution: 'run',
  cancelOrchestration: 'run',
  cancelRun: 'run',
  cancelRuns: 'run',
  cancelTask: 'run',
  changePassword: 'admin',
  createAgent: 'run',
  createApiKey: 'admin',
  createIntegration: 'admin',
  createModel: 'admin',
  createPasswordReset: 'admin',
  // The token grants what the credentials may read.
  createRunToken: 'read',
  createSession: 'run',
  createTask: 'run',
  createTemplate: 'run',
  createThread: 'run',
  updateThread: 'run',
  createWorkflow: 'run',
  deleteAgent: 'run',
  deleteApiKey: 'admin',
  deleteExecution: 'run',
  deleteIntegration: 'admin',
  deleteModel: 'admin',
  deleteOrchestration: 'run',
  deleteRun: 'run',
  deleteRuns: 'run',
  deleteSession: 'run',
  deleteTask: 'run',
  deleteTemplate: 'run',
  deleteUser: 'admin',
  deleteWorkflow: 'run',
  endTask: 'run',
  executeAgent: 'run',
  executeTask: 'run',
  executeWorkflow: 'run',
  inviteUser: 'admin',
  login: 'public',
  logout: 'admin',
  logoutEverywhere: 'admin',
  provideTaskInput: 'run',
  pullModel: 'admin',
  redeliver: 'run',
  refreshLogin: 'public',
  register: 'public',
  resetPassword: 'public',
  retryExecution: 'run',
  retryOrchestration: 'run',
  retryRun: 'run',
  retryRuns: 'run',
  retryTask: 'run',
  rotateApiKey: 'admin',
  startOrchestration: 'run',
  testIntegration: 'admin',
  updateAgent: 'run',
  updateIntegration: 'admin',
  updateModel: 'admin',
  updateSession: 'run',
  updateTask: 'run',
  updateTaskPriority: 'run',
  updateTemplate: 'run',
  updateUser: 'admin',
  updateWorkflow: 'run',
} satisfies Record<string, Requirement>;

const SUBSCRIPTIONS = {
  activity: 'read',
  executionEvents: 'read',
  orchestrationEvents: 'read',
  runEvents: 'read',
  sessionEvents: 'read',
  taskChanges: 'read',
  taskEvents: 'read',
  text: 'read',
  tokens: 'read',
} satisfies Record<string, Requirement>;

/** The scope that credentials need for each operation. */
export const REQUIREMENTS: Readonly<
  Record<'Query' | 'Mutation' | 'Subscription', Readonly<Record<string, Requirement>>>
> = { Query: QUERIES, Mutation: MUTATIONS, Subscription: SUBSCRIPTIONS };

/** They ignore credentials so that a client with an expired token can log in. */
export const PUBLIC_MUTATIONS: readonly string[] = Object.entries(MUTATIONS).flatMap(([name, requirement]) =>
  requirement === 'public' ? name : [],
);

/**
 * Rejects operations whose scope the credentials lack, regardless of how the schema is executed.
 * @throws Error if the table above lacks an operation or has one that does not exist. @returns the same
 * schema
 */
export function requireScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const [root, requirements] of Object.entries(REQUIREMENTS)) {
    const fields = (schema.getType(root) as GraphQLObjectType).getFields();
    const missing = Object.keys(fields).filter((name) => !Object.hasOwn(requirements, name));
    const unknown = Object.keys(requirements).filter((name) => !Object.hasOwn(fields, name));
    if (missing.length > 0)
      throw new Error(`src/schema/guards/scopes.ts: no scope for ${root}.${missing.join(', ')}`);
    if (unknown.length > 0)
      throw new Error(`src/schema/guards/scopes.ts: no field ${root}.${unknown.join(', ')}`);
    for (const field of Object.values(fields)) guard(root, field, requirements[field.name]!);
  }
  return schema;
}

/**
 * The error for credentials that may not execute one of the fields, before any of them is executed. @param
 * fields such as `Mutation.createTask`
 */
export function refusalOf(viewer: Viewer | null, fields: readonly string[]): DomainError | null {
  // What a run token may read depends on the run.
  if (viewer?.runIds) return null;
  const refusals = fields.map((field) => {
    const [root, name] = field.split('.') as [keyof typeof REQUIREMENTS, string];
    return missingScope(viewer, REQUIREMENTS[root][name]!);
  });
  return refusals.find((refusal) => refusal !== null) ?? null;
}

function missingScope(viewer: Viewer | null, requirement: Requirement): DomainError | null {
  if (requirement === 'none' || requirement === 'public') return null;
  return scopeRefusal(viewer, requirement);
}

function guard(root: string, field: GraphQLField<unknown, Context>, requirement: Requirement): void {
  if (requirement === 'none' || requirement === 'public') return;
  const step = root === 'Subscription' ? 'subscribe' : 'resolve';
  const next = field[step];
  field[step] = (parent, args, context, info) => {
    const { viewer } = context;
    if (viewer?.runIds) requireRunAccess(viewer, `${root}.${field.name}`, args, info);
    else requireScope(viewer, requirement);
    if (root === 'Mutation') requirePlainResult(viewer, info);
    return next?.(parent, args, context, info);
  };
}
