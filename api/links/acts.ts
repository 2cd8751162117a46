import type { z } from 'zod';
import { RIGHT_OF } from '../../domain/resident';
import { act } from '../cases/act';
import type { FoundCase } from '../cases/find';
import type { LinkHolder } from '../auth/links';
import type { ApiDeps } from '../deps';
import type { IfMatch } from '../http/etag';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import type { residentAct } from '../schemas/links';

export interface Acting {
  readonly holder: LinkHolder;
  readonly idempotency: Idempotency | null;
  readonly ifMatch: IfMatch | null;
  readonly now: number;
}

/**
 * What a resident does with his link, by the way of every command: the same guards, the same journal.
 * @throws Problem link-not-for-this, and those of the command.
 */
export function actByLink(
  deps: ApiDeps,
  { holder, idempotency, ifMatch, now }: Acting,
  { act: command, ...body }: z.output<typeof residentAct>,
): Promise<FoundCase> {
  const right = RIGHT_OF[command];
  const { no, rights } = holder.link;
  if (!rights.includes(right)) throw problem('link-not-for-this', { right });
  return act(deps, {
    ...{ no, command, body, principal: holder, now },
    // Keys are chosen by whoever asks, and those of staff at the same case are not his.
    idempotency: idempotency && { ...idempotency, key: `${holder.id}/${idempotency.key}` },
    // A message is as good whatever has happened since.
    ifMatch: command === 'note' ? null : ifMatch,
  });
}
