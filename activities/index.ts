import type { Client } from '@temporalio/client';
import type { DeliveryConfig } from '../common/config-delivery';
import type { LinksConfig } from '../common/config-links';
import type { LinkTokens } from '../common/crypto/link-token';
import { STRICT } from '../common/outbound';
import { loadNotificationPolicy } from '../common/policy/load';
import type { NotificationPolicy } from '../domain/delivery';
import { createAuditorActivities, type AuditorDeps } from './auditor';
import { createDeliveryActivities } from './delivery/deliver';
import type { DeliverDeps } from './delivery/due';
import { handOver, signal } from './delivery/handover';
import { linksForMessages } from './delivery/resident-link';
import { mailer } from './delivery/mail';
import { sweepDeliveries } from './delivery/sweep';
import { committedBy } from './delivery/committed';
import { createEffectActivities, type EffectDeps } from './effects';
import { purgeFiles, type LooseFiles } from './purge-files';
import { createJournalActivities } from './journal';
import { createNotifyActivities } from './notify';
import { observed, type ObservedDeps } from './observed';

export interface ActivityDeps extends AuditorDeps, ObservedDeps, EffectDeps {
  readonly client: Client;
  readonly taskQueue: string;
  /** Left out: policies/notifications.yaml. */
  readonly notifications?: NotificationPolicy;
  readonly delivery?: DeliveryConfig;
  /** Links for residents; left out: messages carry none. */
  readonly links?: LinksConfig;
  readonly linkTokens?: LinkTokens;
  /** Left out: photos that nobody names stay. */
  readonly looseFiles?: LooseFiles;
}

/** Everything that workflows may ask of the outside, by the names in workflows/contracts. */
export function createActivities(deps: ActivityDeps) {
  const { client, taskQueue, notifications: policy = loadNotificationPolicy(), delivery, links, linkTokens } = deps;
  const { db } = deps.database;
  const handing = { client, taskQueue, policy };
  const cases = {
    ...createJournalActivities(deps),
    ...createNotifyActivities({
      database: deps.database,
      clock: deps.clock,
      handOver: async (keys) => void (await handOver(db, handing, { keys })),
    }),
    ...createEffectActivities(deps),
  };
  const delivering: DeliverDeps = {
    ...deps,
    rules: delivery?.outbound ?? STRICT,
    sendMail: delivery?.mail ? mailer(delivery.mail) : null,
    isCommitted: committedBy(client),
    linkFor: links && linkTokens ? linksForMessages({ ...deps, links, linkTokens }) : null,
    signal: (to, orders) => signal(handing, to, orders),
  };
  const auditor = createAuditorActivities(deps);
  return {
    ...observed(cases, deps),
    ...createDeliveryActivities(delivering),
    ...auditor,
    audit: async () => {
      await sweepDeliveries({ ...deps, ...handing });
      await purgeFiles(deps);
      return auditor.audit();
    },
  };
}
