import { ArtifactType, artifactUrl } from '../artifacts/artifact.ts';
import { ArtifactTypeEnum } from '../builder/enums.ts';
import { globalId } from '../builder/global-id.ts';
import { event, RunEvent } from './run-event.ts';

export const ArtifactSaved = event('ArtifactSaved').implement({
  interfaces: [RunEvent],
  description: 'The run saved an artifact, or replaced its content.',
  fields: (t) => ({
    artifactId: t.id({
      description: 'Id of the artifact.',
      resolve: ({ data }) => globalId('Artifact', data.artifactId),
    }),
    artifact: t.field({
      type: ArtifactType,
      nullable: true,
      description: 'The artifact in its current state; null if it has been deleted with its run.',
      resolve: ({ data }, _arguments, { loaders }) => loaders.artifactsById.load(data.artifactId),
    }),
    name: t.string({ description: 'Name of the artifact.', resolve: ({ data }) => data.name }),
    type: t.field({
      type: ArtifactTypeEnum,
      description: 'Type of the artifact.',
      resolve: ({ data }) => data.type,
    }),
    mediaType: t.string({ description: 'Media type of its content.', resolve: ({ data }) => data.mediaType }),
    size: t.int({ description: 'Bytes.', resolve: ({ data }) => data.size }),
    url: t.string({
      description: 'Its path on this server.',
      resolve: ({ data }) => artifactUrl(data.artifactId),
    }),
  }),
});
