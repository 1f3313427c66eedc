import { type FocusEvent, type KeyboardEvent, useRef } from 'react';

interface Props {
  label: string;
  items: readonly { name: string; onSelect(): void }[];
}

/** A button that opens a menu of buttons. The menu closes on a choice, on Escape and when it loses the focus. */
export function Menu({ label, items }: Props) {
  const details = useRef<HTMLDetailsElement>(null);
  function close(): void {
    if (details.current) details.current.open = false;
  }
  function onBlur({ relatedTarget, currentTarget }: FocusEvent): void {
    if (!currentTarget.contains(relatedTarget)) close();
  }
  function onKeyDown({ key }: KeyboardEvent): void {
    if (key !== 'Escape') return;
    close();
    details.current?.querySelector('summary')?.focus();
  }
  return (
    <details ref={details} className="menu" onBlur={onBlur} onKeyDown={onKeyDown}>
      <summary className="button">{label}</summary>
      <div>
        {items.map(({ name, onSelect }) => (
          <button
            type="button"
            key={name}
            onClick={() => {
              close();
              onSelect();
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </details>
  );
}
