/**
 * Lets at most `width` callers go at once for each key; the others follow in the order in which they came. Only what
 * goes on in this process is known here, and nothing is kept of a key that nobody uses.
 */
export class Turns {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly width: number) {}

  /** @returns what gives the turn back, to be called once; null when it did not come within `withinMs`. */
  async take(key: string, withinMs: number): Promise<(() => void) | null> {
    const line = this.lines.get(key) ?? { going: 0, waiting: new Set() };
    this.lines.set(key, line);
    if (line.going < this.width) line.going += 1;
    else if (!(await called(line, withinMs))) return null;
    return () => this.leave(key, line);
  }

  private leave(key: string, line: Line): void {
    const [next] = line.waiting;
    if (next) return next();
    line.going -= 1;
    if (line.going === 0) this.lines.delete(key);
  }
}

interface Line {
  going: number;
  readonly waiting: Set<() => void>;
}

function called(line: Line, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = (): void => {
      clearTimeout(patience);
      line.waiting.delete(call);
      resolve(true);
    };
    const patience = setTimeout(() => {
      line.waiting.delete(call);
      resolve(false);
    }, withinMs);
    line.waiting.add(call);
  });
}
