import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Services } from '../context.ts';
import { artifactContent } from '../resolvers/artifact.ts';
import { localId } from '../schema/global-id.ts';
import type { Admission } from './admission.ts';
import { createContext, headerCredentials } from './context.ts';

/** `GET /artifacts/{id}`: what a task left, with the credentials of its owner. */
export function artifactRoute(services: Services, admission: Admission) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { id: string } }>('/artifacts/:id', async (request, reply) => {
      const viewer = await admission.viewer(request.raw, headerCredentials(request.headers));
      const asker = { viewer, address: admission.address(request.raw) };
      const context = createContext(services, asker, 'graphql');
      const { content, ...artifact } = await artifactContent(context, localId('Artifact', request.params.id));
      const etag = `"${artifact.sha256}"`;
      reply.headers({
        etag,
        'cache-control': 'private, no-cache',
        'content-type': artifact.mediaType,
        // A model or a script wrote it: no browser may take it for a page of ours.
        'content-disposition': contentDisposition(fileName(artifact.name)),
        'content-security-policy': "sandbox; default-src 'none'",
      });
      return isKnown(request, etag) ? reply.code(304).send() : reply.send(content);
    });
  };
}

/** A name may have folders before it. */
function fileName(name: string): string {
  return name.split(/[\\/]/).at(-1) || 'artifact';
}

function isKnown({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
