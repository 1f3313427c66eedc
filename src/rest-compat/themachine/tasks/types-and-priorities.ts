export const TASK_TYPES = ['code', 'design', 'test', 'security', 'analysis'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** For a task of another API, whose type has no word here. */
const OTHER_TYPE: TaskType = 'analysis';

export function typeOf(type: string | null): TaskType {
  return TASK_TYPES.find((word) => word === type) ?? OTHER_TYPE;
}

export const PRIORITIES = { low: 3, medium: 5, high: 7, critical: 9 } as const;
export type PriorityWord = keyof typeof PRIORITIES;
export const PRIORITY_WORDS = Object.keys(PRIORITIES) as PriorityWord[];

/** Numbers between two words map to the one farther from the middle. */
export function priorityWord(priority: number): PriorityWord {
  if (priority < PRIORITIES.medium) return 'low';
  if (priority === PRIORITIES.medium) return 'medium';
  return priority <= PRIORITIES.high ? 'high' : 'critical';
}
