import type { CallFieldsFragment, ToolCallFieldsFragment } from '../documents.ts';
import { clock, count, duration, money } from '../parts/format.ts';
import { Json } from '../parts/json.tsx';
import { WORDS } from '../words.ts';
import type { Span } from './waterfall-rows.ts';

export function SpanDetails({ span }: { span: Span }) {
  if (span.call) return <Call call={span.call} />;
  if (span.tool) return <Tool tool={span.tool} />;
  if (span.texts) return <Texts texts={span.texts} />;
  return (
    <p className="details">
      <time dateTime={new Date(span.startedAt).toISOString()}>
        {clock(new Date(span.startedAt).toISOString())}
      </time>
    </p>
  );
}

function Texts({ texts }: { texts: readonly (string | null)[] }) {
  return texts.map(
    (text) =>
      text && (
        <pre key={text} className="answer details">
          {text}
        </pre>
      ),
  );
}

const { call: names } = WORDS.run;

function Call({ call }: { call: CallFieldsFragment }) {
  const facts = [
    [names.provider, call.provider],
    [names.started, clock(call.startedAt)],
    [names.firstToken, call.timeToFirstTokenMs !== null && duration(call.timeToFirstTokenMs)],
    [names.took, call.durationMs !== null && duration(call.durationMs)],
    [names.input, call.inputTokens !== null && count(call.inputTokens)],
    [names.cached, call.cachedInputTokens !== null && count(call.cachedInputTokens)],
    [names.output, call.outputTokens !== null && count(call.outputTokens)],
    [names.reasoning, call.reasoningTokens !== null && count(call.reasoningTokens)],
    [names.price, call.cost === null ? names.unknownPrice : money(call.cost)],
    [names.finish, call.finishReason && `${call.finishReason} (${call.rawFinishReason ?? ''})`],
    [names.error, call.errorCode],
  ] as const;
  return (
    <dl className="facts details">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Tool({ tool: { input, output, isError } }: { tool: ToolCallFieldsFragment }) {
  return (
    <div className="details">
      <h3>{WORDS.run.toolInput}</h3>
      <Json value={input} />
      <h3>{isError ? WORDS.run.toolError : WORDS.run.toolOutput}</h3>
      <pre className="answer">{output ?? WORDS.run.noTextYet}</pre>
    </div>
  );
}
