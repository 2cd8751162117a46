import type { Selectable } from 'kysely';
import type { ChangeFeedTable } from '../schema/change-feed';
import type { NotificationTable } from '../schema/notification';
import { FEED_CHANNEL } from './feed';
import { columns, insert } from './journal-sql';

/**
 * The statements of the messages' transaction, prepared once per connection as those of the journal: a message costs five
 * round trips with `begin` and `commit`, where one per table took nine.
 */

export type NoticeColumns = Omit<Selectable<NotificationTable>, 'read_at' | 'acknowledged_at' | 'handover'>;
export type FeedColumns = Omit<Selectable<ChangeFeedTable>, 'xid' | 'n'>;

const NOTICE = columns<NoticeColumns>()(
  'id key project case_no seq mode recipient role skipped template args urgent obligation text_ref channel sent_at',
  'fence asked',
);
const FEED = columns<FeedColumns>()('project case_no seq fence kind at');

/**
 * Holds others that send for or write these cases up. In a statement of its own, for one that waits sees what was there
 * before it waited. $1 cases, in the order in which they are taken.
 */
export const HOLD = {
  name: 'notice-hold',
  text: `with held as materialized (
      select pg_advisory_xact_lock(hashtextextended('notify/' || no, 0)) from unnest($1::text[]) no
    ), written as materialized (
      select from "case" where no = any($1) order by no for share
    )
    select (select count(*) from held), (select count(*) from written)`,
};

/** What was sent, and what the journals have there. $1 keys, $2 cases and $3 their `seq`. */
export const STANDING = {
  name: 'notice-standing',
  text: `select
    (select coalesce(jsonb_agg(jsonb_build_object('key', key, 'recipient', recipient, 'role', role, 'skipped', skipped,
        'channel', channel, 'fence', fence, 'asked', asked) order by recipient), '[]')
      from notification where key = any($1)) as sent,
    (select coalesce(jsonb_agg(jsonb_build_object('no', no, 'fence', fence, 'seq', journal.seq, 'type', journal.type,
        'at', floor(extract(epoch from at) * 1000))), '[]')
      from "case" join journal on case_no = no
      where (no, journal.seq) in (select * from unnest($2::text[], $3::integer[]))) as journal`,
};

/** $1 messages, $2 entries of the feed. */
export const SEND = {
  name: 'notice-send',
  text: `with
    messages as (${insert('notification', NOTICE, 1)} on conflict (id) do nothing),
    feed as (${insert('change_feed', FEED, 2)})
    select pg_notify('${FEED_CHANNEL}', '')`,
};
