import { artifactUrl } from '../artifacts/artifact.ts';
import { ArtifactTypeEnum } from '../builder/enums.ts';
import { globalId } from '../builder/global-id.ts';
import { event, RunEvent } from './run-event.ts';

export const ArtifactSaved = event('ArtifactSaved').implement({
  interfaces: [RunEvent],
  description: 'The run left a file, or another content of one.',
  fields: (t) => ({
    artifactId: t.id({
      description: 'The id of the artifact.',
      resolve: ({ data }) => globalId('Artifact', data.artifactId),
    }),
    name: t.string({ description: 'Of the artifact.', resolve: ({ data }) => data.name }),
    type: t.field({
      type: ArtifactTypeEnum,
      description: 'What it is.',
      resolve: ({ data }) => data.type,
    }),
    mediaType: t.string({ description: 'Of its content.', resolve: ({ data }) => data.mediaType }),
    size: t.int({ description: 'Bytes.', resolve: ({ data }) => data.size }),
    url: t.string({
      description: 'Its path on this server.',
      resolve: ({ data }) => artifactUrl(data.artifactId),
    }),
  }),
});
