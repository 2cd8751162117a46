import type { Kysely } from 'kysely';
import type { LinksConfig } from '../../common/config-links';
import type { LinkTokens } from '../../common/crypto/link-token';
import { shortId, type Ids } from '../../common/ids';
import { lockMaking } from '../../db/queries/api-audit';
import { appendAudit } from '../../db/queries/audit';
import { insertLink, linkForMessages } from '../../db/queries/resident-links';
import type { Database } from '../../db/schema';
import { SYSTEM } from '../../domain/actor';
import { DAY, type Instant } from '../../domain/instant';
import { LINK_RIGHTS } from '../../domain/resident';

export interface MessageLinkDeps {
  readonly database: { readonly db: Kysely<Database> };
  readonly ids: Pick<Ids, 'uuid'>;
  readonly links: LinksConfig;
  readonly linkTokens: LinkTokens;
}

/** @returns the whole address; null where residents can't reach the API. */
export type LinkFor = (about: {
  readonly caseNo: string;
  readonly project: string;
  readonly at: Instant;
}) => Promise<string | null>;

/**
 * The link that messages to a resident carry: all of one case the same, so that a message sent twice is the same
 * message. A new one is made when it was revoked, or when half of its time is over.
 */
export function linksForMessages({ database: { db }, ids, links, linkTokens }: MessageLinkDeps): LinkFor {
  const { baseUrl, days } = links;
  const valid = (from: Kysely<Database>, caseNo: string, at: Instant) =>
    linkForMessages(from, caseNo, at + (days * DAY) / 2);
  const make = async (trx: Kysely<Database>, caseNo: string, project: string, at: Instant): Promise<string> => {
    const id = shortId(ids, 'l');
    const hash = linkTokens.hashOf(id);
    const { id: madeBy, role } = SYSTEM;
    const lasts = { createdAt: at, expiresAt: at + days * DAY };
    const about = { caseNo, project, rights: LINK_RIGHTS, forMessages: true, madeBy, madeInRole: role };
    await insertLink(trx, { id, hash, ...about, ...lasts });
    const deed = { action: 'resident-link.create', subject: `resident-link/${id}`, project };
    await appendAudit(trx, { at, actor: madeBy, role, ...deed, details: { case: caseNo, days } });
    return id;
  };
  /** A letter and a webhook of one message are composed at once: whoever comes second takes what the first has made. */
  const madeOnce = (caseNo: string, project: string, at: Instant): Promise<string> =>
    db.transaction().execute(async (trx) => {
      await lockMaking(trx, `resident-link/${caseNo}`);
      return (await valid(trx, caseNo, at))?.id ?? (await make(trx, caseNo, project, at));
    });
  return async ({ caseNo, project, at }) => {
    if (baseUrl === null) return null;
    const id = (await valid(db, caseNo, at))?.id ?? (await madeOnce(caseNo, project, at));
    return `${baseUrl}/r/${linkTokens.tokenOf(id)}`;
  };
}
