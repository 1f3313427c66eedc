import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../../context.ts';
import { requireScope } from '../../resolvers/accounts/require-scope.ts';
import { artifactContent } from '../../resolvers/tasks/artifact.ts';
import { localId } from '../../schema/builder/global-id.ts';
import type { Admission } from '../requests/admission.ts';
import { createContext, headerCredentials } from '../requests/context.ts';

export type SendArtifact = (
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>;

/** Serves an artifact of a task as a download for its owner. @throws DomainError NOT_FOUND, FORBIDDEN */
export function createSendArtifact(services: Services, admission: Admission): SendArtifact {
  return async (id, request, reply) => {
    const viewer = await admission.viewer(request.raw, headerCredentials(request.headers));
    requireScope(viewer, 'read');
    const asker = { viewer, address: admission.address(request.raw) };
    const context = createContext(services, asker, 'graphql');
    const { content, ...artifact } = await artifactContent(context, localId('Artifact', id));
    const etag = `"${artifact.sha256}"`;
    reply.headers({
      etag,
      'cache-control': 'private, no-cache',
      'content-type': artifact.mediaType,
      // Written by a model or a script: browsers must not render it as a page of this origin.
      'content-disposition': contentDisposition(fileName(artifact.name)),
      'content-security-policy': "sandbox; default-src 'none'",
    });
    return isKnown(request, etag) ? reply.code(304).send() : reply.send(content);
  };
}

/** `GET /artifacts/{id}`, which counts as an operation. */
export function artifactRoute(
  { operationLimits }: Services,
  admission: Admission,
  sendArtifact: SendArtifact,
) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { id: string } }>('/artifacts/:id', async (request, reply) => {
      const { raw, headers, params } = request;
      // Invalid credentials count as none; sending rejects them.
      const viewer = await admission.viewer(raw, headerCredentials(headers)).catch(() => null);
      await operationLimits.countRequest({
        accountId: viewer?.userId ?? null,
        address: admission.address(raw),
      });
      return sendArtifact(params.id, request, reply);
    });
  };
}

/** A name may contain folders. */
function fileName(name: string): string {
  return name.split(/[\\/]/).at(-1) || 'artifact';
}

function isKnown({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
