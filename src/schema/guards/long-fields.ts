import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';

/** Text of up to five million characters, or JSON from a client or a model. */
const LONG = 5;
/** Output of a model or a tool: up to several megabytes. */
const LONGEST = 10;

/** Complexity of fields with long values. A document may have a total of 10,000. */
export const LONG_FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Agent: { description: LONG, systemPrompt: LONG },
  BulkOperation: { metadata: LONG },
  CurrentState: { text: LONGEST },
  Delivery: { body: LONG },
  EvaluationCompleted: { feedback: LONG },
  Execution: { input: LONG, metadata: LONG, parameters: LONG, result: LONGEST },
  ExecutionStep: { data: LONGEST, output: LONGEST },
  InputProvided: { text: LONG },
  InputRequested: { question: LONG },
  Orchestration: { finalResponse: LONGEST, metadata: LONG, prompt: LONG },
  OrchestrationRound: { feedback: LONG, response: LONGEST },
  PlanStep: { description: LONG },
  ReasoningGenerated: { text: LONG },
  Run: { metadata: LONG },
  RunCompleted: { result: LONGEST },
  Schedule: { input: LONG, parameters: LONG },
  Session: { description: LONG },
  Subscription: { text: LONG, tokens: LONG },
  Task: {
    context: LONG,
    data: LONGEST,
    description: LONG,
    metadata: LONG,
    output: LONGEST,
    prompt: LONG,
    reasoning: LONGEST,
    responseSchema: LONG,
    result: LONGEST,
    summary: LONG,
    systemPrompt: LONG,
    taskParameters: LONG,
    templateParameters: LONG,
  },
  TaskTemplate: { parameters: LONG },
  TextPart: { text: LONG, textSoFar: LONGEST },
  TemplateParameter: { allowed: LONG, default: LONG },
  TemplateStep: { args: LONG, content: LONG, prompt: LONG, script: LONG, systemPrompt: LONG },
  Thread: { context: LONG, originalPrompt: LONG },
  TokensGenerated: { text: LONG },
  ToolCall: { input: LONG, output: LONG },
  ToolCallCompleted: { output: LONG },
  ToolCallStarted: { input: LONG },
  WorkflowStep: {
    condition: LONG,
    forEach: LONG,
    responseSchema: LONG,
    task: LONG,
    templateParameters: LONG,
  },
};

/** Sets the complexity of long fields. @returns the same schema */
export function priceLongFields(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, prices] of Object.entries(LONG_FIELDS)) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type))
      throw new Error(`the schema has no ${name} whose fields could be priced`);
    for (const [field, price] of Object.entries(prices)) {
      const config = type.getFields()[field];
      if (!config) throw new Error(`the schema has no ${name}.${field} that could be priced`);
      config.extensions = { ...config.extensions, complexity: price };
    }
  }
  return schema;
}
