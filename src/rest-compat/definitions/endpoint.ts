import type { TadaDocumentNode } from 'gql.tada';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { Access, FieldNames, Method, Present, Subject, Values } from './terms.ts';

/** One documented endpoint, as the router sees it. `given` is what its `input` made of the request. */
export interface Endpoint {
  method: Method;
  /** As documented: `/api/tasks/{task_id}`. */
  path: `/${string}`;
  access: Access;
  about?: Subject;
  /** Over RequestParts; what it does not name is ignored, as the old servers did. */
  input: z.ZodType;
  /** The schema's names of fields, or their paths, that the client knows by others. */
  names?: FieldNames;
  /** Asked first, when what to do depends on how things are. */
  before?: { document: DocumentNode; variables(given: unknown): Record<string, unknown> };
  /** Does what the endpoint is for. Of several mutations, none is carried out after one that was refused. */
  document: DocumentNode;
  variables(given: unknown, before: unknown): Record<string, unknown>;
  /** Its lists are longer than a page of GraphQL: variables `first` and `offset` say which part to gather. */
  paged?: true;
  wait?: Wait;
  /** The shape of a success, for who reads the OpenAPI document; the compiler holds `respond` to it. */
  body?: z.ZodType;
  /** The documented body, or, when it `sends` an artifact, the id of that in GraphQL. */
  respond(data: unknown, given: unknown, before: unknown): unknown;
  sends?: 'artifact';
  /** Of a success; 204 has no body, and responds with null. */
  status: number;
}

/** An answer that is a run's result: it comes when the run has ended, or tells how far it is. */
export interface Wait {
  /** At most. */
  seconds: number;
  /** The subscription that ends with the run. */
  until: DocumentNode;
  /** Asked after that, with the same variables; what to respond of. */
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

/** A row, checked as a whole: its input against its variables, its document's result against its answer. */
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
    seconds: number;
    until: TadaDocumentNode<unknown, WaitVariables>;
    document: TadaDocumentNode<Data, WaitVariables>;
    variables(data: Present<NoInfer<Begun>>): NoInfer<WaitVariables>;
  };
  body?: Body;
  respond(data: Present<Data>, given: z.output<Input>): z.input<NoInfer<Body>>;
}

/** A row that begins a run and answers when it has ended. */
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
