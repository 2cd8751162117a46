/**
 * Waiting for something that this workflow does itself. Temporal's `condition` is for what comes from outside: each one
 * is asked again with every activation, goes in and out of the sandbox once more when it comes true, and leaves a
 * listener with its scope for as long as that lives. A case waits with every command.
 */
export class Bell {
  private waiting: (() => void)[] = [];

  /** Resolves when `isSo` holds, which is asked at once and whenever the bell rings. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  ring(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}
