import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { Access, FieldNames, Method, Present, Subject, Values } from './terms.ts';

/** One documented endpoint, as the router sees it. `given` is the result of its `input`. */
export interface Endpoint {
  method: Method;
  /** As documented: `/api/tasks/{task_id}`. */
  path: `/${string}`;
  access: Access;
  about?: Subject;
  /** Validates RequestParts; unknown fields are ignored, as the old servers did. */
  input: z.ZodType;
  /** Field names of clients by field names, or their paths, in the schema. */
  names?: FieldNames;
  /** Executed first, if the operation depends on the current state. */
  before?: { document: DocumentNode; variables(given: unknown): Record<string, unknown> };
  /** The operation of the endpoint. After a failed mutation, further ones are not executed. */
  document: DocumentNode;
  variables(given: unknown, before: unknown): Record<string, unknown>;
  /** Its lists are longer than a page of GraphQL: variables `first` and `offset` select the part to read. */
  paged?: true;
  wait?: Wait;
  /**
   * The shape of a successful response, for the OpenAPI document; the compiler checks `respond` against it.
   */
  body?: z.ZodType;
  /** The documented body or, if it `sends` an artifact, the global id of the artifact. */
  respond(data: unknown, given: unknown, before: unknown): unknown;
  sends?: 'artifact';
  /** Of a successful response; 204 has no body, and responds with null. */
  status: number;
}

/** A response with the result of a run, sent when the run has ended. There is no time limit beside those of the run. */
export interface Wait {
  /** The subscription that ends with the run. */
  until: DocumentNode;
  /** Executed after that with the same variables, for the response. */
  document: DocumentNode;
  /** @param data of the document that began the run */
  variables(data: unknown): Record<string, unknown>;
}

interface Row<
  Input extends z.ZodType,
  Before,
  BeforeVariables extends Values,
  Data,
  Variables extends Values,
  Body extends z.ZodType,
> extends Endpoint {
  input: Input;
  before?: {
    document: TadaDocumentNode<Before, BeforeVariables>;
    variables(given: z.output<Input>): NoInfer<BeforeVariables>;
  };
  document: TadaDocumentNode<Data, Variables>;
  variables(given: z.output<Input>, before: Present<Before>): NoInfer<Variables>;
  wait?: never;
  body?: Body;
  respond(data: Present<Data>, given: z.output<Input>, before: Present<Before>): z.input<NoInfer<Body>>;
}

/**
 * An endpoint, type-checked as a whole: its input against its variables, its document's result against its
 * response.
 */
export function endpoint<
  Input extends z.ZodType,
  Data,
  Variables extends Values,
  Before = unknown,
  BeforeVariables extends Values = Values,
  Body extends z.ZodType = z.ZodUnknown,
>(row: Row<Input, Before, BeforeVariables, Data, Variables, Body>): Endpoint {
  return row;
}

interface WaitingRow<
  Input extends z.ZodType,
  Begun,
  Variables extends Values,
  Data,
  WaitVariables extends Values,
  Body extends z.ZodType,
> extends Endpoint {
  input: Input;
  before?: never;
  document: TadaDocumentNode<Begun, Variables>;
  variables(given: z.output<Input>): NoInfer<Variables>;
  wait: {
    until: TadaDocumentNode<unknown, WaitVariables>;
    document: TadaDocumentNode<Data, WaitVariables>;
    variables(data: Present<NoInfer<Begun>>): NoInfer<WaitVariables>;
  };
  body?: Body;
  respond(data: Present<Data>, given: z.output<Input>): z.input<NoInfer<Body>>;
}

/** An endpoint that begins a run and responds when it has ended. */
export function waitingEndpoint<
  Input extends z.ZodType,
  Begun,
  Variables extends Values,
  Data,
  WaitVariables extends Values,
  Body extends z.ZodType = z.ZodUnknown,
>(row: WaitingRow<Input, Begun, Variables, Data, WaitVariables, Body>): Endpoint {
  return row;
}
