import { expect } from 'vitest';
import { createClient, data } from '../harness/client.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient, type LegacyHeaders } from './legacy-client.ts';
