import { useVirtualizer } from '@tanstack/react-virtual';
import type { RunEvent } from 'polyphony-client';
import { useEffect, useRef, useState } from 'react';
import { clock, count } from '../parts/format.ts';
import { WORDS } from '../words.ts';
import { useLogPages } from './use-log-pages.ts';

const ROW_PIXELS = 28;
/** How near the end counts as being there. */
const NEAR_PIXELS = 40;

/** The log. Sequence numbers have no gaps, so its length is known, and only what is in sight is read. */
export function EventTable({ runId, lastSeq }: { runId: string; lastSeq: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const rows = useVirtualizer({
    count: lastSeq,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 20,
  });
  const visible = rows.getVirtualItems();
  const eventAt = useLogPages(runId, visible.at(0)?.index ?? 0, visible.at(-1)?.index ?? 0, lastSeq);
  useEffect(() => {
    if (isFollowing && lastSeq > 0) rows.scrollToIndex(lastSeq - 1);
  }, [isFollowing, lastSeq, rows]);
  function onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_PIXELS);
  }
  return (
    <>
      <p className="quiet">{WORDS.run.events(count(lastSeq))}</p>
      <div
        ref={box}
        className="log"
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
        tabIndex={0}
        role="log"
        aria-label={WORDS.run.tabs.events}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {visible.map(({ index, start, key }) => (
            <Row key={key} seq={index + 1} event={eventAt(index + 1)} top={start} />
          ))}
        </div>
      </div>
    </>
  );
}

function Row({ seq, event, top }: { seq: number; event: RunEvent | undefined; top: number }) {
  return (
    <div className="event" style={{ top }}>
      <span className="number">{seq}</span>
      {event && (
        <>
          <time dateTime={event.at} title={clock(event.at)}>
            {event.at.slice(11, 23)}
          </time>
          <b>{event.__typename}</b>
          <code>{contentOf(event)}</code>
        </>
      )}
    </div>
  );
}

/** What an event has besides what every event has. */
function contentOf({ __typename: _, seq: _seq, at: _at, attempt: _attempt, ...content }: RunEvent): string {
  return JSON.stringify(content).slice(0, 300);
}
