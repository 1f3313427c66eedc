/** Writes the configuration tables of docs/operations.md; `--check` only compares. */
import { DESCRIPTIONS, SUBJECTS } from '../src/start/variable-descriptions.ts';
import { type Environment, environment } from '../src/start/variables.ts';
import { reportSections, writeSection } from './generated-section.ts';

function tables(): string {
  return Object.entries(SUBJECTS)
    .map(([subject, variables]) => `### ${subject}\n\n${table(Object.keys(variables))}`)
    .join('\n\n');
}

function table(names: readonly string[]): string {
  const rows = names.map((name) => `| \`${name}\` | ${defaultOf(name)} | ${textOf(name)} |`);
  return ['| variable | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function defaultOf(name: string): string {
  const { fallback } = DESCRIPTIONS[name]!;
  const value = environment.shape[name as keyof Environment].parse(undefined);
  return fallback ?? (value === undefined ? 'none' : `\`${value}\``);
}

/** A bar would end the cell. */
const textOf = (name: string) => DESCRIPTIONS[name]!.text.replaceAll('|', '\\|');

reportSections([await writeSection('docs/operations.md', 'docs', tables())]);
