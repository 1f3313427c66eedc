import { DomainError } from '../../errors.ts';
import type { StoreOutputStep } from '../../rules/templates/template.ts';
import { isMediaType, mediaTypeOf } from '../../rules/text/media-type.ts';
import { isRelativePath } from '../../rules/text/relative-path.ts';
import { storable } from '../../rules/text/text.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { boundedContent, MAX_ARTIFACT_BYTES, saveArtifact } from '../../store/tasks/artifacts.ts';
import { fill, fillIfAny, type StepOutput, type StepWork } from './step-work.ts';
import { hasWorkspace, workspaceOf } from './workspace.ts';

type Work = StepWork<StoreOutputStep>;

const MAX_NAME = 200;
/** Maximum characters that later steps can read and that the task returns. */
const MAX_TEXT = 1_000_000;

/** Saves a file of the working directory, or otherwise a text, as an artifact. */
export async function storeOutput(work: Work): Promise<StepOutput> {
  const { context, lease } = work;
  const name = fill(work, 'name').trim();
  if (name === '' || name.length > MAX_NAME || /\p{C}/u.test(name)) {
    throw new DomainError(
      'TEMPLATE_FAILED',
      `${JSON.stringify(name)} is not a valid name: 1 to ${MAX_NAME} characters`,
    );
  }
  const { content, isTruncated } = await contentOf(work);
  const text = textOf(content);
  const fallback = text === null ? 'application/octet-stream' : 'text/plain; charset=utf-8';
  const mediaType = mediaTypeIn(work) ?? mediaTypeOf(name, fallback);
  const artifact = { name, type: 'output', mediaType, content, isTruncated } as const;
  await outlastConnectionLoss(() => saveArtifact(context.store, lease, artifact));
  const output = storable((text ?? '').slice(0, MAX_TEXT));
  return { output, name, size: content.byteLength, isTruncated };
}

function mediaTypeIn(work: Work): string | null {
  const given = fillIfAny(work, 'mediaType');
  if (given === null || isMediaType(given)) return given;
  throw new DomainError('TEMPLATE_FAILED', `${JSON.stringify(given)} is not a valid media type`);
}

async function contentOf(work: Work): Promise<ReturnType<typeof boundedContent>> {
  const { step } = work;
  const path = fillIfAny(work, 'path');
  const file = path === null ? null : await readFile(work, path);
  if (file) return boundedContent(file);
  if (step.content !== null) return boundedContent(Buffer.from(fill(work, 'content')));
  throw new DomainError('TEMPLATE_FAILED', `there is no file ${JSON.stringify(path)}`);
}

const NO_FILE = 44;
const READ = `[ -f "$1" ] || exit ${NO_FILE}; head -c "$2" -- "$1" | base64 -w 0`;
const READ_MS = 30_000;

/** Read in the sandbox, where links cannot lead outside. null: there is no such file. */
async function readFile({ context, lease, task }: Work, path: string): Promise<Buffer | null> {
  if (!isRelativePath(path) || path.startsWith('-')) return null;
  if (!(await hasWorkspace(context, task))) return null;
  const { exitCode, stdout, stderr } = await context.sandbox.run({
    workspace: await workspaceOf(context, task),
    isReading: true,
    run: ['bash', '-c', READ, 'bash', path, String(MAX_ARTIFACT_BYTES + 1)],
    timeoutMs: READ_MS,
    signal: lease.signal,
    maxOutputBytes: 2 * MAX_ARTIFACT_BYTES,
  });
  if (exitCode === NO_FILE) return null;
  if (exitCode === 0) return Buffer.from(stdout, 'base64');
  throw new DomainError(
    'TEMPLATE_FAILED',
    `${path} could not be read: ${storable(stderr).trim().slice(-300)}`,
  );
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** null: it is not text. */
function textOf(content: Buffer): string | null {
  try {
    return content.includes(0) ? null : decoder.decode(content);
  } catch {
    return null;
  }
}
