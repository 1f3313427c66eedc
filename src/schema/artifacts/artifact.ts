import { artifact } from '../../resolvers/tasks/artifact.ts';
import type { ArtifactRow } from '../../store/tasks/artifacts.ts';
import { builder } from '../builder/builder.ts';
import { ArtifactTypeEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';

/** The path under which http/artifacts.ts serves it. */
export function artifactUrl(id: string): string {
  return `/artifacts/${globalId('Artifact', id)}`;
}

export const ArtifactType = builder.objectRef<ArtifactRow>('Artifact');
builder.node(ArtifactType, {
  description: 'A file that a task saved.',
  id: {
    description: "Global id; pass it to any argument that takes an artifact's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique within its task.' }),
    type: t.expose('type', { type: ArtifactTypeEnum, description: 'Type of the artifact.' }),
    mediaType: t.exposeString('mediaType', {
      description: 'Media type of its content, such as `text/plain; charset=utf-8`.',
    }),
    size: t.exposeInt('size', { description: 'Bytes.' }),
    sha256: t.exposeString('sha256', { description: 'SHA-256 of its content, hexadecimal.' }),
    isTruncated: t.exposeBoolean('isTruncated', {
      description: 'Whether the content was cut to the maximum size.',
    }),
    url: t.string({
      description:
        'Its path on this server. GET it with the same credentials; it is served as an attachment.',
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
    args: { id: t.arg.id({ required: true, description: 'The artifact.' }) },
    resolve: (_root, { id }, context) => artifact(context, localId('Artifact', id)),
  }),
);
