import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { ARTIFACT_TYPES } from '../../vocabulary.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { path } from '../shapes/input.ts';
import { globalIdOf, isoSeconds, lowerCase, plainId } from '../shapes/output.ts';
import { id, moment } from './shapes.ts';

export const artifactEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/tasks/{task_id}/artifacts',
    access: 'account',
    input: z.object({ params: path('task_id') }),
    document: graphql(`query artifacts($id: ID!) {
      task(id: $id) { artifacts { id name type size createdAt } }
    }`),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    body: z.array(
      z.object({ id, name: z.string(), type: z.enum(ARTIFACT_TYPES), size: z.int(), created_at: moment }),
    ),
    respond: ({ task }) =>
      task.artifacts.map((artifact) => ({
        id: plainId(artifact.id),
        name: artifact.name,
        type: lowerCase(artifact.type),
        size: artifact.size,
        created_at: isoSeconds(artifact.createdAt),
      })),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/tasks/{task_id}/artifacts/{artifact_id}',
    access: 'account',
    input: z.object({ params: path('task_id', 'artifact_id') }),
    document: graphql('query artifact($id: ID!) { task(id: $id) { artifacts { id } } }'),
    variables: ({ params }) => ({ id: globalIdOf('Task', params.task_id) }),
    respond: ({ task }, { params }) => idAmong(task.artifacts, globalIdOf('Artifact', params.artifact_id)),
    sends: 'artifact',
    status: 200,
  }),
];

function idAmong(artifacts: readonly { id: string }[], id: string): string {
  if (artifacts.some((artifact) => artifact.id === id)) return id;
  throw new DomainError('NOT_FOUND', 'artifact_id: there is no such artifact of this task');
}
