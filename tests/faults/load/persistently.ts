import { Problem } from '../../../api/http/problem';

/** As a client does who is told to come again: with the same id. */
export async function persistently<R>(send: () => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'engine-unavailable') throw error;
    }
  }
}
