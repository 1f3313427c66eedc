import { DomainError } from '../../errors.ts';
import type { RunScriptStep } from '../../rules/templates/template.ts';
import { isRelativePath } from '../../rules/text/relative-path.ts';
import { storable } from '../../rules/text/text.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { boundedContent, saveArtifact } from '../../store/tasks/artifacts.ts';
import type { CommandResult } from '../sandbox/command.ts';
import { fill, fillIfAny, type StepOutput, type StepWork } from './step-work.ts';
import { workspaceOf } from './workspace.ts';

type Work = StepWork<RunScriptStep>;

const DEFAULT_SECONDS = 600;
/** For each of stdout and stderr. */
const MAX_OUTPUT_BYTES = 1_000_000;
/** The kernel limits one argument to 128 KiB. */
const MAX_COMMAND = 100_000;

/** Runs a script in the sandbox; its output is saved as a log, whether it succeeds or not. */
export async function runScript(work: Work): Promise<StepOutput> {
  const { context, lease, task, step } = work;
  const seconds = step.timeoutSeconds ?? DEFAULT_SECONDS;
  const said: string[] = [];
  const result = await context.sandbox.run({
    workspace: await workspaceOf(context, task),
    run: commandOf(work),
    ...(step.script === null ? {} : { stdin: fill(work, 'script') }),
    timeoutMs: seconds * 1000,
    signal: lease.signal,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    onOutput: (text) => said.push(text),
  });
  await keepLog(work, said.join(''), result);
  refuseFailure(result, seconds);
  const { stdout, stderr, exitCode, truncated, durationMs } = result;
  return { output: storable(stdout), stderr: storable(stderr), exitCode, truncated, durationMs };
}

/** The interpreter is determined by the file itself or by its extension. */
const RUN_FILE = `
cd -- "$1" || exit 126
file=$2
shift 2
[ -f "$file" ] || { echo "there is no file $file" >&2; exit 127; }
[ -x "$file" ] && exec "./$file" "$@"
case $file in
  *.py) exec python3 "./$file" "$@" ;;
  *.js | *.mjs | *.cjs) exec node "./$file" "$@" ;;
  *) exec bash "./$file" "$@" ;;
esac`;

/** The script comes on descriptor 0, so that it may be long; it cannot read its own text as input. */
const RUN_TEXT = `
cd -- "$1" || exit 126
shift
file=$(mktemp) && cat >"$file" && exec bash "$file" "$@" </dev/null`;

function commandOf(work: Work): string {
  const { step } = work;
  const directory = fillIfAny(work, 'directory') ?? '.';
  if (directory !== '.') checkPath(directory);
  const file = step.path === null ? null : checkPath(fill(work, 'path').trim());
  const args = step.args.map((_text, index) => fill(work, `args.${index}`));
  const words = file === null ? [RUN_TEXT, 'bash', directory] : [RUN_FILE, 'bash', directory, file];
  const command = ['exec', 'bash', '-c', ...[...words, ...args].map(quoted)].join(' ');
  if (command.length <= MAX_COMMAND) return command;
  throw new DomainError(
    'TEMPLATE_FAILED',
    `its arguments are longer than ${MAX_COMMAND} characters together`,
  );
}

function checkPath(path: string): string {
  // A name that starts with - would be taken for an option.
  if (isRelativePath(path) && !path.startsWith('-')) return path;
  throw new DomainError('TEMPLATE_FAILED', `${JSON.stringify(path)} is not a path in the working directory`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function keepLog(
  { context, lease, step }: Work,
  text: string,
  { truncated }: CommandResult,
): Promise<void> {
  // Invalid UTF-8 takes up to three times as many bytes as text.
  const { content, isTruncated } = boundedContent(Buffer.from(text));
  const artifact = {
    name: `${step.id}.log`,
    type: 'log',
    mediaType: 'text/plain; charset=utf-8',
    content,
    isTruncated: truncated || isTruncated,
  } as const;
  // A script must not be run again because the database connection was lost.
  await outlastConnectionLoss(() => saveArtifact(context.store, lease, artifact));
}

/** @throws DomainError SCRIPT_FAILED */
function refuseFailure(
  { exitCode, stdout, stderr, timedOut, exceeded }: CommandResult,
  seconds: number,
): void {
  if (timedOut) throw new DomainError('SCRIPT_FAILED', `the script did not finish within ${seconds} s`);
  if (exceeded) throw new DomainError('SCRIPT_FAILED', `the script was stopped: ${exceeded}`);
  if (exitCode === 0) return;
  const last = storable(stderr.trim() || stdout.trim()).slice(-500);
  const message = `the script ended with exit code ${exitCode}${last && `: ${last}`}`;
  throw new DomainError('SCRIPT_FAILED', message);
}
