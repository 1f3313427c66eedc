import { GENERAL_TYPE } from '../../rules/agents/agent.ts';
import { TOOL_NAMES, type ToolName } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

interface Seed {
  /** As AMAS names its specialists. */
  id: string;
  name: string;
  type: string;
  description: string;
  capabilities: string[];
  tools: readonly ToolName[];
  systemPrompt: string;
}

const LOOKING: readonly ToolName[] = [
  'terminal',
  'read_file',
  'list_files',
  'search',
  'update_plan',
  'ask_user',
  'finish',
];

/** One for each type of task that the older APIs name, and one for all others. */
const SEEDS: readonly Seed[] = [
  {
    id: 'code_expert',
    name: 'Code expert',
    type: 'code',
    description: 'Writes and mends programs: reads what is there, changes it, runs it.',
    capabilities: ['code', 'debugging', 'refactoring'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You write and mend programs. Read the code that your change touches before you change it, keep to its style, change no more than the task needs, and run the tests or the program before you say that it works.',
  },
  {
    id: 'design_expert',
    name: 'Design expert',
    type: 'design',
    description: 'Designs software: interfaces, data, architecture, and writes the design down.',
    capabilities: ['design', 'architecture', 'documentation'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You design software. Find out what is there and what is asked for, weigh at least two ways to do it, decide, and write the design down with its reasons, so that somebody else can build it.',
  },
  {
    id: 'test_expert',
    name: 'Test expert',
    type: 'test',
    description: 'Writes and runs tests, and finds out why they fail.',
    capabilities: ['testing', 'code', 'debugging'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You test software. Write tests that fail when the behaviour is wrong, cover the edges as well as the usual case, run them, and report what fails with the shortest way to see it.',
  },
  {
    id: 'security_expert',
    name: 'Security expert',
    type: 'security',
    description:
      'Looks for weaknesses in code and configuration, and says how to mend them. Changes nothing.',
    capabilities: ['security', 'code review', 'analysis'],
    tools: LOOKING,
    systemPrompt:
      'You review software for security. Look at what is there, prove each weakness from the code or configuration, and report it with its place, what an attacker gains, how severe it is, and how to mend it. Attack nothing, and change nothing.',
  },
  {
    id: 'analysis_expert',
    name: 'Analysis expert',
    type: 'analysis',
    description: 'Examines data, texts and programs, and reports what it finds. Changes nothing.',
    capabilities: ['analysis', 'data', 'reporting'],
    tools: LOOKING,
    systemPrompt:
      'You analyse data, texts and programs. Say what you looked at, compute rather than guess, tell what is certain from what is not, and end with the findings in order of weight.',
  },
  {
    id: 'generalist',
    name: 'Generalist',
    type: GENERAL_TYPE,
    description: 'Takes any work that no other agent is for.',
    capabilities: ['code', 'analysis', 'writing'],
    tools: TOOL_NAMES,
    systemPrompt: 'You do the work that you are given, whatever it is, with the tools that you have.',
  },
];

/** Brings the built-in agents up to date with this build; one that an admin has changed stays as it is. */
export async function seedAgents(database: Database): Promise<void> {
  await database.pool.query(
    `insert into agent (id, origin, name, type, description, capabilities, system_prompt, tools)
     select row ->> 'id', 'graphql', row ->> 'name', row ->> 'type', row ->> 'description',
       array(select jsonb_array_elements_text(row -> 'capabilities')), row ->> 'systemPrompt',
       array(select jsonb_array_elements_text(row -> 'tools'))
     from jsonb_array_elements($1::jsonb) as row
     on conflict (id) do update set name = excluded.name, type = excluded.type, description = excluded.description,
       capabilities = excluded.capabilities, system_prompt = excluded.system_prompt, tools = excluded.tools
     where agent.owner_id is null and agent.updated_at = agent.created_at`,
    [JSON.stringify(SEEDS)],
  );
}
