/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  /** By family: what a `# TYPE` line names. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
  /** Samples of a name whose labels include these. */
  find(name: string, labels?: Readonly<Record<string, string>>): Sample[];
  /** Their sum; NaN where there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/**
 * Parses Prometheus' text format 0.0.4 as strictly as Prometheus does.
 * @throws Error for a line that is none, a family declared twice, a sample without a family or there twice.
 */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, family, type] = TYPE.exec(line) ?? [];
    if (family !== undefined && type !== undefined) {
      if (types.has(family)) throw new Error(`declared twice: ${family}`);
      types.set(family, type);
      continue;
    }
    const sample = sampleOf(line);
    if (!familyOf(sample.name, types)) throw new Error(`of no family: ${line}`);
    const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(identity)) throw new Error(`there twice: ${line}`);
    seen.add(identity);
    samples.push(sample);
  }
  const find: Exposition['find'] = (name, labels = {}) =>
    samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  const sum: Exposition['sum'] = (name, labels) => {
    const found = find(name, labels);
    return found.length === 0 ? NaN : found.reduce((total, { value }) => total + value, 0);
  };
  return { types, samples, find, sum };
}

function sampleOf(line: string): Sample {
  const [, name, inside = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || number === undefined) throw new Error(`not a sample: ${line}`);
  const pairs = [...inside.matchAll(LABEL)];
  if (pairs.reduce((length, [whole]) => length + whole.length, 0) !== inside.length) {
    throw new Error(`not labels: ${line}`);
  }
  const value = number === '+Inf' ? Infinity : Number(number);
  // Prometheus reads it in any case; the client library writes "Nan".
  if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new Error(`not a number: ${line}`);
  return { name, labels: Object.fromEntries(pairs.map(([, key, text]) => [key ?? '', text ?? ''])), value };
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string | null {
  if (types.has(name)) return name;
  const family = name.replace(/_(bucket|sum|count)$/, '');
  return family !== name && ['histogram', 'summary'].includes(types.get(family) ?? '') ? family : null;
}
