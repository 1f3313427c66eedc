import { GENERAL_TYPE } from '../../rules/agents/agent.ts';
import { TOOL_NAMES, type ToolName } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { tables } from '../database/tables.ts';

interface Seed {
  /** The names of specialists in AMAS. */
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

/** One for each type of task in the older APIs, and a general one. */
const SEEDS: readonly Seed[] = [
  {
    id: 'code_expert',
    name: 'Code expert',
    type: 'code',
    description: 'Writes and fixes programs: reads the existing code, changes it and runs it.',
    capabilities: ['code', 'debugging', 'refactoring'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You write and fix programs. Read the code affected by your change before you change it. Follow its style, change no more than the task requires, and run the tests or the program before you report that it works.',
  },
  {
    id: 'design_expert',
    name: 'Design expert',
    type: 'design',
    description: 'Designs software (interfaces, data, architecture) and documents the design.',
    capabilities: ['design', 'architecture', 'documentation'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You design software. Find out what exists and what is required, compare at least two approaches, choose one, and document the design with its reasons so that another engineer can implement it.',
  },
  {
    id: 'test_expert',
    name: 'Test expert',
    type: 'test',
    description: 'Writes and runs tests, and finds the causes of failures.',
    capabilities: ['testing', 'code', 'debugging'],
    tools: TOOL_NAMES,
    systemPrompt:
      'You test software. Write tests that fail if the behaviour is wrong and that cover edge cases as well as the usual ones. Run them, and report each failure with the shortest steps to reproduce it.',
  },
  {
    id: 'security_expert',
    name: 'Security expert',
    type: 'security',
    description: 'Finds vulnerabilities in code and configuration and recommends fixes. Changes nothing.',
    capabilities: ['security', 'code review', 'analysis'],
    tools: LOOKING,
    systemPrompt:
      'You review software for security. Examine the code and configuration, and confirm each vulnerability from them. Report for each its location, what an attacker gains, its severity and how to fix it. Do not attack any system, and do not change anything.',
  },
  {
    id: 'analysis_expert',
    name: 'Analysis expert',
    type: 'analysis',
    description: 'Examines data, texts and programs, and reports findings. Changes nothing.',
    capabilities: ['analysis', 'data', 'reporting'],
    tools: LOOKING,
    systemPrompt:
      'You analyse data, texts and programs. State what you examined, compute rather than guess, distinguish facts from assumptions, and finish with the findings, most important first. Do not change anything.',
  },
  {
    id: 'generalist',
    name: 'Generalist',
    type: GENERAL_TYPE,
    description: 'Handles any work for which there is no other agent.',
    capabilities: ['code', 'analysis', 'writing'],
    tools: TOOL_NAMES,
    systemPrompt: 'You are a general-purpose agent. Complete the task you are given with the tools you have.',
  },
];

/** Updates the built-in agents to this release; agents changed by an admin stay unchanged. */
export async function seedAgents({ pool }: Database): Promise<void> {
  await tables(pool)
    .insertInto('agent')
    .values(SEEDS.map((seed) => ({ ...seed, origin: 'graphql' })))
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet(({ ref }) => ({
          name: ref('excluded.name'),
          type: ref('excluded.type'),
          description: ref('excluded.description'),
          capabilities: ref('excluded.capabilities'),
          systemPrompt: ref('excluded.systemPrompt'),
          tools: ref('excluded.tools'),
        }))
        .where('agent.ownerId', 'is', null)
        .whereRef('agent.updatedAt', '=', 'agent.createdAt'),
    )
    .execute();
}
