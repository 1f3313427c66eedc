import type { DialectDocument } from '../definitions/documentation.ts';

/** Of examples of all kinds. */
export const AT = '2025-08-30T09:52:58.278000';
export const STAMPS = { created_at: AT, updated_at: AT };
export const SESSION_ID = '68b2c9faa82de4230e87701c';

const ANALYTICS = {
  total_orchestrations: 4,
  completed_orchestrations: 3,
  failed_orchestrations: 1,
  average_iterations: 2.5,
  average_score: 8.5,
  best_score: 9.2,
  average_duration_seconds: 21.4,
  total_cost: 0.6,
  tokens_used: 5200,
  models: [
    {
      model_name: 'gpt4',
      provider: 'openai',
      requests: 10,
      failed_requests: 0,
      tokens_used: 5200,
      total_cost: 0.6,
      average_score: 8.5,
    },
  ],
  days: [{ date: '2025-08-30', runs: 4, tokens_used: 5200, total_cost: 0.6 }],
};

export const analyticsOperations = {
  'GET /api/analytics/session/{session_id}': {
    summary: 'Read the analytics of a session',
    description: 'Over all runs of the session. The document leaves the members open.',
    response: {
      name: 'SessionAnalytics',
      example: {
        _id: SESSION_ID,
        session_id: SESSION_ID,
        user_id: 'test_user_123',
        ...ANALYTICS,
        ...STAMPS,
      },
    },
  },
  'GET /api/analytics/user/{user_id}': {
    summary: 'Read the analytics of a user',
    description:
      'Over all sessions with that `user_id` in the last 365 days; zeros for an unknown one. The document leaves the members open.',
    response: {
      name: 'UserAnalytics',
      example: {
        _id: 'test_user_123',
        user_id: 'test_user_123',
        period_start: '2024-08-30T00:00:00.000000',
        period_end: AT,
        total_sessions: 2,
        ...ANALYTICS,
        ...STAMPS,
      },
    },
  },
} satisfies DialectDocument['operations'];
