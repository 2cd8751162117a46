import { systemClock } from '../common/clock';
import { ConfigError, stackEnvironment } from '../common/config';
import { StackError } from './error';
import type { Programs } from './node-service';
import { Stack } from './stack';
import { terminalOn } from './terminal';

/** npm passes a Ctrl-C on that the terminal has sent to us already: so close together they are one. */
const ONE_PRESS_MS = 500;
const FORCED = 130;

/** Runs the whole stack until a signal ends it, then ends this process: 0 after a clean stop, 1 after an error. */
export async function runStack(programs: Programs): Promise<void> {
  // All that is written below the data folder is for its owner alone.
  process.umask(0o077);
  const terminal = terminalOn(process.stdout);
  const stack = new Stack({ programs, env: stackEnvironment(), terminal, clock: systemClock });

  let askedAt: number | null = null;
  const end = async (exitCode: number): Promise<void> => {
    await stack.stop();
    terminal.say(exitCode === 0 ? 'Stopped.' : 'Stopped after an error.');
    process.exit(exitCode);
  };
  const onSignal = (): void => {
    const now = systemClock.now();
    if (askedAt === null) {
      askedAt = now;
      terminal.say('Stopping; once more forces it …');
      void end(0);
    } else if (now - askedAt > ONE_PRESS_MS) {
      stack.kill();
      process.exit(FORCED);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Whatever ends this process takes the others with it, as far as it can.
  process.on('exit', () => stack.kill());

  try {
    await stack.start();
  } catch (error) {
    if (askedAt !== null) return;
    terminal.say(
      error instanceof StackError || error instanceof ConfigError ? error.message : String((error as Error).stack),
    );
    askedAt = systemClock.now();
    await end(1);
  }
}
