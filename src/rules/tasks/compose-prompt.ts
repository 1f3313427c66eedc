import type { TaskSubject } from './task.ts';

/**
 * The prompt of a task that was given none: its subject in readable form. A description alone is used
 * unchanged.
 * @returns null when there is neither a title nor a description
 */
export function composePrompt(subject: TaskSubject): string | null {
  const { title, description, target, taskParameters, context } = subject;
  const asked = [title, description].filter(isSaid);
  if (asked.length === 0) return null;
  const about = [
    isSaid(target) ? `Target: ${target}` : null,
    listOf('Parameters', taskParameters),
    listOf('Context', context),
  ];
  return [...asked, ...about.filter(isSaid)].join('\n\n');
}

function isSaid(text: string | null): text is string {
  return text !== null && text.trim() !== '';
}

function listOf(heading: string, members: Record<string, unknown> | null): string | null {
  const lines = Object.entries(members ?? {}).map(([name, value]) => `- ${name}: ${inWords(value)}`);
  return lines.length > 0 ? [`${heading}:`, ...lines].join('\n') : null;
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
