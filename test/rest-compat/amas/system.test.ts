import { beforeAll, expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { insertPast, times } from '../../tasks/history.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { type Account, containing, expectRefusal, moment, number, openAccount, text } from './account.ts';

let ownerId: string;

const server = fixture(startTestServer);
/** The first account is the admin, and sees the work of all. */
const admin = fixture(() => openAccount(server, 'Root'));
const ann = fixture(() => openAccount(server, 'Ann'));
beforeAll(async () => {
  const { rows } = await server.store.database.pool.query('select id from app_user where email = $1', [
    ann.email,
  ]);
  ownerId = rows[0].id;
  const past = { type: 'security_scan', agentId: 'security_expert' };
  await insertPast(server, ownerId, [
    ...times(5, { ...past, seconds: 40 }),
    { ...past, seconds: 70, status: 'failed' },
    { ...past, status: 'cancelled' },
    { ...past, status: 'running' },
  ]);
});

const get = async (path: string, who = ann) => (await who.ask('GET', path)).body;
const STATUS = '/system/orchestrator/status';
const integrate = (body: unknown, who = ann) => who.ask('POST', '/integrations', body);
const GITHUB = { platform: 'github', credentials: { token: 'ghp_0123456789abcdefghij' } };

/** What Ann's past says of it. */
const BUSY = {
  status: 'busy',
  health: 'healthy',
  active_tasks: 1,
  finished_tasks: 6,
  success_rate: 5 / 6,
  average_task_time: 45,
  last_error: text,
};
const SECURITY_EXPERT = {
  id: 'security_expert',
  name: 'Security expert',
  type: 'security',
  description: text,
  capabilities: ['security', 'code review', 'analysis'],
  model: null,
  ...BUSY,
};
const UNKNOWN = {
  status: 'idle',
  health: 'unknown',
  active_tasks: 0,
  finished_tasks: 0,
  success_rate: null,
  average_task_time: null,
  last_error: null,
};
const BUILT_IN = [
  'analysis_expert',
  'code_expert',
  'design_expert',
  'generalist',
  'security_expert',
  'test_expert',
];

const documented: Audit[] = [
  {
    id: 'AM-AGENT-01',
    fact: 'GET /api/v1/agents answers 200 and the agents',
    check: async () => {
      const { status, body } = await ann.ask('GET', '/agents');
      expect(status).toBe(200);
      expect(body.map(({ id }: { id: string }) => id).toSorted()).toEqual(BUILT_IN);
    },
  },
  {
    id: 'AM-AGENT-02',
    fact: 'GET /api/v1/agents/{agent_id} answers 200',
    check: async () => expect((await ann.ask('GET', '/agents/security_expert')).status).toBe(200),
  },
  ...fieldAudits('AM-AGENT', 3, 'an agent', () => get('/agents/security_expert'), SECURITY_EXPERT),
  {
    id: 'AM-AGENT-17',
    fact: 'status says whether it is at work',
    check: async () => expect(await get('/agents/code_expert')).toMatchObject(UNKNOWN),
  },
  {
    id: 'AM-SYS-01',
    fact: 'GET /api/v1/system/orchestrator/status answers 200',
    check: async () => expect((await ann.ask('GET', STATUS)).status).toBe(200),
  },
  ...fieldAudits('AM-SYS', 2, 'the orchestrator status', () => get(STATUS), {
    orchestrator_status: 'active',
    active_agents: 6,
    active_tasks: 1,
    total_tasks: 8,
    metrics: { tasks_processed: 6, tasks_completed: 5, tasks_failed: 1, average_task_time: 45 },
    agent_health: expect.any(Object),
  }),
  ...fieldAudits('AM-SYS', 9, 'its metrics', async () => (await get(STATUS)).metrics, {
    tasks_processed: 6,
    tasks_completed: 5,
    tasks_failed: 1,
    average_task_time: 45,
  }),
  {
    id: 'AM-SYS-14',
    fact: 'tasks_processed is tasks_completed and tasks_failed; average_task_time is in seconds',
    check: async () => {
      const { metrics } = await get(STATUS);
      expect(metrics.tasks_processed).toBe(metrics.tasks_completed + metrics.tasks_failed);
      expect(metrics.average_task_time).toBe((5 * 40 + 70) / 6);
    },
  },
  {
    id: 'AM-SYS-15',
    fact: 'agent_health is an object, by agent',
    check: async () => {
      const { agent_health: health } = await get(STATUS);
      expect(Object.keys(health).toSorted()).toEqual(BUILT_IN);
      expect(health.security_expert).toEqual(BUSY);
      expect(health.test_expert).toEqual(UNKNOWN);
    },
  },
  {
    id: 'AM-SYS-16',
    fact: 'GET /api/v1/system/health answers 200 without a token',
    check: async () => {
      const { status, body } = await ann.anonymous('GET', '/system/health');
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'healthy',
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        uptime_seconds: number,
        orchestrator_status: 'active',
      });
    },
  },
  {
    id: 'AM-SYS-17',
    fact: 'GET /api/v1/system/metrics answers 200 and numbers',
    check: async () => {
      const { status, body } = await ann.ask('GET', '/system/metrics');
      expect(status).toBe(200);
      expect(body).toEqual({
        version: text,
        uptime_seconds: number,
        cpu_seconds: number,
        memory_bytes: number,
        heap_used_bytes: number,
        tasks: { total: 8, pending: 0, in_progress: 1, completed: 5, failed: 1, cancelled: 1 },
        average_task_time: 45,
        agents: { active: 6, busy: number },
        queue: { ready: 0, blocked: 0, oldest_seconds: null },
        workers: 1,
      });
    },
  },
  {
    id: 'AM-INT-01',
    fact: 'POST /api/v1/integrations with platform github and credentials {token} answers 200',
    check: async () => expect((await integrate(GITHUB)).status).toBe(200),
  },
  ...fieldAudits('AM-INT', 2, 'a new integration', async () => (await integrate(GITHUB)).body, {
    id: text,
    platform: 'github',
    name: 'GitHub',
    is_active: true,
    credentials_hint: 'ghij',
    created_at: moment,
  }),
  {
    id: 'AM-INT-09',
    fact: 'GET /api/v1/integrations answers 200 and the integrations, as they were told when they were made',
    check: async () => {
      const eve = await openAccount(server, 'Eve');
      expect(await eve.ask('GET', '/integrations')).toMatchObject({ status: 200, body: [] });
      const made = (await integrate(GITHUB, eve)).body;
      expect(await get('/integrations', eve)).toEqual([made]);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AM-AGENT-D1',
    fact: 'the list takes limit and offset; without them it is whole',
    check: async () => {
      const whole = await get('/agents');
      expect(await get('/agents?limit=2&offset=1')).toEqual(whole.slice(1, 3));
      const wrong = await ann.ask('GET', '/agents?limit=0&offset=x');
      const detail =
        'limit: must be a whole number from 1 to 1000; offset: must be a whole number from 0 to 10000';
      expectRefusal(wrong, 400, 'VALIDATION_ERROR', detail);
    },
  },
  {
    id: 'AM-AGENT-D2',
    fact: 'an agent that was made through GraphQL is listed for its owner alone; others do not find it',
    check: async () => {
      const eve = await openAccount(server, 'Eva');
      const make = `mutation { createAgent(input: { name: "Hers", type: "gardening" }) { agent { id } } }`;
      const { agent } = data(await eve.client.query(make)).createAgent;
      const id = Buffer.from(agent.id, 'base64url').toString().split(':')[1]!;
      const idsOf = async (who: Account) => (await get('/agents', who)).map((one: { id: string }) => one.id);
      expect(await idsOf(eve)).toContain(id);
      expect(await idsOf(ann)).not.toContain(id);
      expectRefusal(await ann.ask('GET', `/agents/${id}`), 404, 'AGENT_NOT_FOUND', text);
      expect((await get(STATUS, eve)).agent_health[id]).toEqual(UNKNOWN);
      const task = { title: 'Weed', task_type: 'gardening' };
      expect((await eve.ask('POST', '/tasks', task)).body.assigned_agents).toEqual([id]);
    },
  },
  {
    id: 'AM-SYS-D1',
    fact: 'an admin sees the work of all accounts, others their own; an average of none is 0',
    check: async () => {
      expect((await get(STATUS, admin)).total_tasks).toBeGreaterThanOrEqual(8);
      const eve = await openAccount(server, 'Evelyn');
      expect(await get(STATUS, eve)).toMatchObject({
        orchestrator_status: 'active',
        active_tasks: 0,
        total_tasks: 0,
        metrics: { tasks_processed: 0, tasks_completed: 0, tasks_failed: 0, average_task_time: 0 },
      });
    },
  },
  {
    id: 'AM-SYS-D2',
    fact: 'agent_health has all agents, however many',
    check: async () => {
      const eve = await openAccount(server, 'Many');
      const fields = times(120, 0).map(
        (_, index) => `a${index}: createAgent(input: { name: "a${index}" }) { agent { id } }`,
      );
      for (let from = 0; from < 120; from += 20)
        data(await eve.client.query(`mutation { ${fields.slice(from, from + 20).join(' ')} }`));
      expect(Object.keys((await get(STATUS, eve)).agent_health)).toHaveLength(126);
      expect(await get('/agents', eve)).toHaveLength(126);
    },
  },
  {
    id: 'AM-SYS-D3',
    fact: 'without a worker the orchestrator is stopped, and the system healthy',
    check: async () => {
      const idle = await startTestServer({ worker: false });
      try {
        const eve = await openAccount(idle, 'Eve');
        expect((await get(STATUS, eve)).orchestrator_status).toBe('stopped');
        expect(await get('/system/health', eve)).toMatchObject({
          status: 'healthy',
          orchestrator_status: 'stopped',
        });
      } finally {
        await idle.stop();
      }
    },
  },
  {
    id: 'AM-INT-D1',
    fact: 'credentials are told nobody again: neither in an answer nor in a refusal',
    check: async () => {
      const { token } = GITHUB.credentials;
      const made = await integrate(GITHUB);
      const refused = await integrate({ ...GITHUB, platform: 'slack' });
      for (const answer of [made.body, await get('/integrations'), refused.body])
        expect(JSON.stringify(answer)).not.toContain(token);
    },
  },
  {
    id: 'AM-INT-D2',
    fact: 'platforms are github and gitlab {token}, slack {webhook_url}, webhook {url, secret}',
    check: async () => {
      const good = [
        { platform: 'gitlab', credentials: { token: 'glpat-1', url: 'https://git.example.com' } },
        { platform: 'slack', credentials: { webhook_url: 'https://hooks.slack.com/services/a/b/c' } },
      ];
      for (const body of good) expect((await integrate(body)).body).not.toHaveProperty('secret');
      const hook = { platform: 'webhook', credentials: { url: 'https://hooks.example.com/x' } };
      expect((await integrate(hook)).body.secret).toMatch(/^whsec_/);
    },
  },
  {
    id: 'AM-INT-D3',
    fact: 'VALIDATION_ERROR 400: what a platform lacks, or has not, is named as the client knows it',
    check: async () => {
      const refused: [object, unknown][] = [
        [{}, containing('platform: is required; credentials: is required')],
        [{ ...GITHUB, platform: 'jira' }, 'platform: must be one of github, gitlab, slack, webhook'],
        [{ ...GITHUB, credentials: 'ghp_' }, 'credentials: must be a JSON object'],
        [{ ...GITHUB, credentials: {} }, containing('credentials.token: ')],
        [
          { ...GITHUB, credentials: { ...GITHUB.credentials, webhook_url: 'https://a.b/' } },
          'credentials.webhook_url: must be absent: the credentials of GitHub are { token }',
        ],
        [{ ...GITHUB, platform: 'slack' }, containing('credentials.webhook_url: ')],
        [{ platform: 'webhook', credentials: {} }, containing('credentials.url: ')],
        [{ platform: 'webhook', credentials: { url: 'no address' } }, containing('credentials.url: ')],
      ];
      for (const [body, detail] of refused)
        expectRefusal(await integrate(body), 400, 'VALIDATION_ERROR', detail);
    },
  },
];

runAudits('AMAS’s agents, system and integrations, as documented', documented);
runAudits('AMAS’s agents, system and integrations, where the document is silent', decided);
