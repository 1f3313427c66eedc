import { DELIVERY_STATUSES, PLATFORMS, RUN_ENDINGS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

export const PlatformEnum = builder.enumType('Platform', {
  description: 'What an integration is with.',
  values: capitals(PLATFORMS, {
    github: 'GitHub, or a GitHub Enterprise Server.',
    gitlab: 'GitLab, or a server of your own.',
    slack: 'A channel of Slack, or of what takes the messages of its incoming webhooks.',
    webhook: 'A server of yours that is sent signed messages.',
  }),
});

export const RunEndingEnum = builder.enumType('RunEnding', {
  description: 'How a run can end.',
  values: capitals(RUN_ENDINGS, {
    completed: 'Well; its result is there.',
    failed: 'With an error.',
    cancelled: 'It was cancelled.',
  }),
});

export const DeliveryStatusEnum = builder.enumType('DeliveryStatus', {
  description: "Where the message stands that tells an integration of a run's end.",
  values: capitals(DELIVERY_STATUSES, {
    pending: 'It is sent, or will be tried again.',
    delivered: 'The receiver answered with a status from 200 to 299.',
    failed: 'It was given up; `redeliver` sends it again.',
  }),
});
