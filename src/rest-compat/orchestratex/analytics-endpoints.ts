import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { path } from '../shapes/input.ts';
import { globalIdOf, naiveMicroseconds, plainId } from '../shapes/output.ts';
import { MOST_LISTED } from '../shapes/whole-list.ts';
import { ANALYTICS_FIELDS, analyticsShape, toAnalytics } from './analytics-shape.ts';
import { NAME_FIELDS, namesOf } from './model-names.ts';
import { objectIdOf } from './object-id.ts';
import { stamps, stampsShape } from './timestamps.ts';

/** The schema rejects longer periods. */
const DAYS = 365;
const DAY_MS = 86_400_000;

export const analyticsEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/analytics/session/{session_id}',
    access: 'account',
    input: z.object({ params: path('session_id') }),
    document: graphql(`query sessionAnalytics($id: ID!, $first: Int!) {
      session(id: $id) { id userLabel createdAt updatedAt }
      sessionAnalytics(sessionId: $id) { ${ANALYTICS_FIELDS} }
      models(first: $first) { nodes { ${NAME_FIELDS} } }
    }`),
    variables: ({ params }) => ({ id: globalIdOf('Session', params.session_id), first: MOST_LISTED }),
    names: { id: 'session_id' },
    body: z.object({
      _id: z.string(),
      session_id: z.string(),
      user_id: z.string().nullable(),
      ...analyticsShape,
      ...stampsShape,
    }),
    respond: ({ session, sessionAnalytics, models }) => ({
      _id: plainId(session.id),
      session_id: plainId(session.id),
      user_id: session.userLabel,
      ...toAnalytics(sessionAnalytics, namesOf(models.nodes)),
      ...stamps(session),
    }),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/analytics/user/{user_id}',
    access: 'account',
    input: z.object({ params: path('user_id') }),
    document: graphql(`query userAnalytics($user: String!, $from: DateTime!, $first: Int!) {
      userAnalytics(userLabel: $user, from: $from) { from to sessions ${ANALYTICS_FIELDS} }
      models(first: $first) { nodes { ${NAME_FIELDS} } }
    }`),
    variables: ({ params }) => ({
      user: params.user_id,
      // Whole days, so that concurrent requests have the same arguments.
      from: new Date((Math.floor(Date.now() / DAY_MS) - DAYS) * DAY_MS),
      first: MOST_LISTED,
    }),
    names: { user_label: 'user_id' },
    body: z.object({
      _id: z.string(),
      user_id: z.string(),
      period_start: z.string(),
      period_end: z.string(),
      total_sessions: z.int().meta({ description: 'In which something was done.' }),
      ...analyticsShape,
      ...stampsShape,
    }),
    respond({ userAnalytics, models }, { params: { user_id } }) {
      // Analytics of an account always have a period.
      const [start, end] = [userAnalytics.from!, userAnalytics.to!];
      return {
        _id: objectIdOf(user_id),
        user_id,
        period_start: naiveMicroseconds(start),
        period_end: naiveMicroseconds(end),
        total_sessions: userAnalytics.sessions,
        ...toAnalytics(userAnalytics, namesOf(models.nodes)),
        // Created for this response.
        ...stamps({ createdAt: end, updatedAt: end }),
      };
    },
    status: 200,
  }),
];
