/** What stands in a text for Prometheus. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Exposition {
  /** By name: type and help. */
  families: Map<string, { type: string; help: string }>;
  /** By name and labels as they are written. */
  samples: Map<string, number>;
  /** Lines that Prometheus would refuse, or `promtool check metrics` would object to. */
  faults: string[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\n"])*"';
const HELP = new RegExp(`^# HELP (${NAME}) (\\S.*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^((${NAME})(?:\\{${LABEL}(?:,${LABEL})*\\})?) (NaN|[+-]Inf|-?[0-9.e+-]+)$`);
const PARTS = /_(bucket|sum|count)$/;

export function readExposition(text: string): Exposition {
  const exposition: Exposition = { families: new Map(), samples: new Map(), faults: [] };
  const fault = (why: string, line: string) => exposition.faults.push(`${why}: ${line}`);
  let help: RegExpExecArray | null = null;
  let family = '';
  if (!text.endsWith('\n')) fault('no end of line', text.slice(-50));
  for (const line of text.split('\n').filter(Boolean)) {
    const type = TYPE.exec(line);
    const sample = SAMPLE.exec(line);
    if (line.startsWith('# HELP')) {
      help = HELP.exec(line);
      if (!help) fault('no help', line);
    } else if (type) {
      family = type[1]!;
      if (help?.[1] !== family) fault('a type without its help', line);
      if (exposition.families.has(family)) fault('a second time', line);
      // Of prom-client's own, some are badly named.
      if (family.startsWith('polyphony_') && (type[2] === 'counter') !== family.endsWith('_total'))
        fault('the name of a counter', line);
      exposition.families.set(family, { type: type[2]!, help: help?.[2] ?? '' });
    } else if (sample) {
      const [, key, name, value] = sample as unknown as [string, string, string, string];
      const isPart = exposition.families.get(family)?.type === 'histogram';
      if ((isPart ? name.replace(PARTS, '') : name) !== family) fault('not in its family', line);
      if (exposition.samples.has(key)) fault('a second time', line);
      if (Number.isNaN(Number(value)) && !/Inf$/.test(value)) fault('no number', line);
      exposition.samples.set(key, Number(value));
    } else fault('unreadable', line);
  }
  return exposition;
}
