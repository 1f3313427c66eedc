import type { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';

/** Limits that use cases check, so that every API has the same. */
export interface FieldLimits {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: readonly unknown[];
  maxItems?: number;
  minItems?: number;
  format?: 'email' | 'password' | 'uri';
  default?: unknown;
  description?: string;
  /** Of an object that may have any others. */
  properties?: Readonly<Record<string, FieldLimits & { type: readonly string[] }>>;
}

/** How the OpenAPI document describes a body. */
export interface BodyDocument {
  /** Of its component; of a list, that of its items. */
  name: string;
  /** That of the API's own document, with the members that it leaves out. */
  example?: unknown;
  /** By path: `settings.max_iterations`; `steps.*.retries` for each item. */
  fields?: Readonly<Record<string, FieldLimits>>;
}

/** How the OpenAPI document describes an endpoint, beside its row. */
export interface OperationDocument {
  /** What it does, in a few words. */
  summary: string;
  /** What a client has to know beyond that, and where it differs from the API's own document. */
  description: string;
  /** Of its parameters in the query. */
  query?: Readonly<Record<string, FieldLimits>>;
  request?: BodyDocument;
  response?: BodyDocument;
  /** Errors beside those of every endpoint of its kind. */
  errors?: readonly ErrorCode[];
  /** The types of what it sends, when that is a file. */
  downloads?: readonly string[];
}

/** How the OpenAPI document describes a dialect. */
export interface DialectDocument {
  /** Below its title. */
  introduction: string;
  error: z.ZodObject;
  /** By method and path: `GET /api/v1/tasks`. */
  operations: Readonly<Record<string, OperationDocument>>;
  /** The credentials that its own document names come first. */
  credentials: readonly ('token' | 'apiKey')[];
}
