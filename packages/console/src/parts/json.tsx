/** JSON whose objects and arrays can be folded. */
export function Json({ value, name }: { value: unknown; name?: string }) {
  const label = name === undefined ? null : <b>{name}: </b>;
  if (typeof value !== 'object' || value === null)
    return (
      <div className="json">
        {label}
        <span>{typeof value === 'string' ? value : JSON.stringify(value)}</span>
      </div>
    );
  const entries = Object.entries(value);
  return (
    <details className="json" open={name === undefined}>
      <summary>
        {label}
        {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
      </summary>
      {entries.map(([key, part]) => (
        <Json key={key} name={key} value={part} />
      ))}
    </details>
  );
}
