import { DELIVERY_STATUSES, PLATFORMS, RUN_ENDINGS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

export const PlatformEnum = builder.enumType('Platform', {
  description: 'The platform of an integration.',
  values: capitals(PLATFORMS, {
    github: 'GitHub, or a GitHub Enterprise Server.',
    gitlab: 'GitLab.com, or a self-managed server.',
    slack: "A Slack channel, or another receiver of Slack's incoming webhook messages.",
    webhook: 'Your own server, which receives signed messages.',
  }),
});

export const RunEndingEnum = builder.enumType('RunEnding', {
  description: 'How a run can end.',
  values: capitals(RUN_ENDINGS, {
    completed: 'Completed; its result is available.',
    failed: 'Failed with an error.',
    cancelled: 'Cancelled.',
  }),
});

export const DeliveryStatusEnum = builder.enumType('DeliveryStatus', {
  description: 'Status of a delivery.',
  values: capitals(DELIVERY_STATUSES, {
    pending: 'It is being sent, or will be retried.',
    delivered: 'The receiver answered with a status from 200 to 299.',
    failed: 'All attempts failed; `redeliver` sends it again.',
  }),
});
