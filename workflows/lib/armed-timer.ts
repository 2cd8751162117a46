import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * The one timer of a case. It is armed at the earliest next moment of all obligations; when that moves later, the timer
 * is left to fire and the loop computes anew (fewer history events), only an earlier moment re-arms it.
 */
export class ArmedTimer {
  private armed: { readonly at: number; readonly scope: CancellationScope } | null = null;
  /** The timer has fired since it was last armed. */
  fired = false;

  arm(at: number, summary: string): void {
    if (this.armed && this.armed.at <= at) return;
    this.armed?.scope.cancel();
    const scope = new CancellationScope();
    const armed = { at, scope };
    this.armed = armed;
    this.fired = false;
    scope
      .run(() => sleep(Math.max(1, at - Date.now()), { summary }))
      .then(
        () => {
          // A timer that was replaced in the very task in which it fired says nothing any more.
          if (this.armed !== armed) return;
          this.armed = null;
          this.fired = true;
        },
        (error: unknown) => {
          if (!isCancellation(error)) throw error;
        },
      );
  }

  disarm(): void {
    this.armed?.scope.cancel();
    this.armed = null;
    this.fired = false;
  }

  /** The loop has seen that it fired. */
  acknowledge(): void {
    this.fired = false;
  }
}
