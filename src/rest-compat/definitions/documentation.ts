import type { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';

/** Limits that use cases check, so that every API has the same. */
export interface FieldLimits {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  /** A regular expression. It must not use Unicode properties, which not every language supports. */
  pattern?: string;
  enum?: readonly unknown[];
  maxItems?: number;
  minItems?: number;
  format?: 'email' | 'password' | 'uri';
  default?: unknown;
  description?: string;
  /** Known members of an object that may also have any others. */
  properties?: Readonly<Record<string, FieldLimits & { type: readonly string[] }>>;
}

/** How the OpenAPI document describes a request or response body. */
export interface BodyDocument {
  /** Name of its schema component; for a list, of the component of its items. */
  name: string;
  /** The example in the API's own document, completed by the members that it omits. */
  example?: unknown;
  /** Limits by the path of a field: `settings.max_iterations`; `steps.*.retries` for each item. */
  fields?: Readonly<Record<string, FieldLimits>>;
}

/** How the OpenAPI document describes an endpoint, beside its row. */
export interface OperationDocument {
  /** What it does, in a few words. */
  summary: string;
  /** What a client has to know beyond that, and where it differs from the API's own document. */
  description: string;
  /** Limits of its query parameters, by name. */
  query?: Readonly<Record<string, FieldLimits>>;
  request?: BodyDocument;
  response?: BodyDocument;
  /** Errors beside those of every endpoint of its kind. */
  errors?: readonly ErrorCode[];
  /** Content types of the file that it sends; absent: it sends JSON. */
  downloads?: readonly string[];
}

/** How the OpenAPI document describes a dialect. */
export interface DialectDocument {
  /** Text below the title of the document. */
  introduction: string;
  error: z.ZodObject;
  /** Endpoints by method and path: `GET /api/v1/tasks`. */
  operations: Readonly<Record<string, OperationDocument>>;
  /** The credentials that its own document names come first. */
  credentials: readonly ('token' | 'apiKey')[];
}
