/** Where a start talks to the person who runs it. */
export interface Terminal {
  /** One line that stays. */
  say(line: string): void;
  /** A line that the next one replaces; shown on a terminal only. '' takes it away. */
  progress(line: string): void;
}

export function terminalOn(stream: NodeJS.WriteStream): Terminal {
  let showing = false;
  const clear = (): void => {
    if (showing) stream.write('\r\x1b[2K');
    showing = false;
  };
  return {
    say: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    progress: (line) => {
      if (!stream.isTTY) return;
      clear();
      if (line === '') return;
      stream.write(line.slice(0, (stream.columns || 80) - 1));
      showing = true;
    },
  };
}

/** `45.2 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
