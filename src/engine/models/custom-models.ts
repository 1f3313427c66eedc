import { DomainError } from '../../errors.ts';
import type { CustomModels } from '../../providers/custom/provider.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Database } from '../../store/database/database.ts';
import { findModelEndpoint } from '../../store/models/endpoints.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { createOutboundAsk } from '../outbound/outbound-fetch.ts';

/** Custom models as stored in the catalog at the time of a call. */
export function createCustomModels({
  database,
  secrets,
  outbound,
}: {
  database: Database;
  secrets: SecretBox;
  outbound: Outbound;
}): CustomModels {
  return {
    async endpointOf(model) {
      const endpoint = await findModelEndpoint(database, model);
      if (!endpoint) return null;
      const { baseUrl, sealedApiKey } = endpoint;
      return { baseUrl, apiKey: sealedApiKey && (await openKey(secrets, model, sealedApiKey)) };
    },
    ask: createOutboundAsk(outbound),
  };
}

async function openKey(secrets: SecretBox, model: string, sealed: string): Promise<string> {
  try {
    return await secrets.open(sealed);
  } catch (cause) {
    const message = `the API key of the custom model ${model} cannot be read with the SECRETS_KEY of this worker; set it again`;
    throw new DomainError('PROVIDER_NOT_CONFIGURED', message, {}, { cause });
  }
}
