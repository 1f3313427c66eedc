import { artifact } from '../../resolvers/tasks/artifact.ts';
import type { ArtifactRow } from '../../store/tasks/artifacts.ts';
import { builder } from '../builder/builder.ts';
import { ArtifactTypeEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';

/** Where http/artifacts.ts serves it. */
export function artifactUrl(id: string): string {
  return `/artifacts/${globalId('Artifact', id)}`;
}

export const ArtifactType = builder.objectRef<ArtifactRow>('Artifact');
builder.node(ArtifactType, {
  description: 'A file that a task left.',
  id: { description: 'For every argument that asks for an artifact.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'sha256' in value,
  loadWithoutCache: (id, context) => artifact(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique among those of its task.' }),
    type: t.expose('type', { type: ArtifactTypeEnum, description: 'What it is.' }),
    mediaType: t.exposeString('mediaType', { description: 'Of its content: `text/plain; charset=utf-8`.' }),
    size: t.exposeInt('size', { description: 'Bytes.' }),
    sha256: t.exposeString('sha256', { description: 'SHA-256 of its content, in hex.' }),
    isTruncated: t.exposeBoolean('isTruncated', {
      description: 'Whether there was more of it than was kept.',
    }),
    url: t.string({
      description:
        'Its path on this server: GET it with the same credentials, and it comes as an attachment.',
      resolve: ({ id }) => artifactUrl(id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was last saved.' }),
  }),
});

builder.queryField('artifact', (t) =>
  t.field({
    type: ArtifactType,
    nullable: true,
    description: "One of the viewer's artifacts.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => artifact(context, localId('Artifact', id)),
  }),
);
