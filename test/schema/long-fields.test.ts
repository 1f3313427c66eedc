import { getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { LONG_FIELDS } from '../../src/schema/guards/long-fields.ts';
import { schema } from '../../src/schema/index.ts';

/** Texts of at most some thousand characters: names, words, addresses, reasons. */
const SHORT = new Set(
  `account alias aliases baseUrl callId cancelReason capabilities cost credentialsHint cron cursor date
  dependsOn directory disabledReason domain email endCursor error errorCode fallbackModels field id key label mediaType
  message missing model modelId modelName name namedDirectory prefix preferredModels preview path quirks rawFinishReason reason reasoning
  ref secret sha256 specialties startCursor status stepKey stepType stop summaryCallId tags target template templateName timeZone title
  token tool toolCallKey type unknown url userLabel version voidCallId webhookId workflowName workingDirectory
  alternatives actorEmail apiKeyName apiKeyPrefix userAgent inviteToken refreshToken resetToken subject`.split(
    /\s+/,
  ),
);
/** Of these types, by their rules of input. */
const SHORT_DESCRIPTIONS = ['Template', 'TemplateParameter', 'Workflow'];

test('every text and every JSON of the schema is priced, or known to be short', () => {
  const unknown = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const kind = getNamedType(field.type).name;
      const isPriced = LONG_FIELDS[type.name]?.[field.name] !== undefined;
      if (!['String', 'JSON'].includes(kind) || isPriced) return [];
      if (kind === 'String' && SHORT.has(field.name)) return [];
      if (field.name === 'description' && SHORT_DESCRIPTIONS.includes(type.name)) return [];
      return [`${type.name}.${field.name}`];
    });
  });
  expect(unknown).toEqual([]);
});
