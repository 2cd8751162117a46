import { createDeliveryActivities } from '../../../activities/delivery/deliver';
import { handOver, signal } from '../../../activities/delivery/handover';
import { mailer } from '../../../activities/delivery/mail';
import type { LinkFor } from '../../../activities/delivery/resident-link';
import { createNotifyActivities } from '../../../activities/notify';
import { createMetrics } from '../../../common/metrics';
import { loadNotificationPolicy } from '../../../common/policy/load';
import { insertEndpoint, replaceContact, type Endpoint } from '../../../db/queries/addresses';
import { createCompany } from '../../../db/queries/company';
import { putTexts } from '../../../db/queries/vault';
import type { NotificationPolicy } from '../../../domain/delivery';
import { DAY, type Instant } from '../../../domain/instant';
import type { DeliveryActivities } from '../../../workflows/contracts/delivery';
import type { NotifyRequest } from '../../../workflows/contracts/notify';
import { ids, index, openTestDatabase, sealer, type OpenDatabase } from '../../db/open';
import { World } from '../../workflows/support/world';
import { MailServer } from './mail-server';
import { Receiver } from './receiver';

export const PROJECT = 'lakeside';
const WHEN = Date.UTC(2026, 0, 1);
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/**
 * Deliveries as they are, on a server that skips time: the workflow, the activities, PostgreSQL, a mail server and a
 * receiver. Only the cases that ask for messages are left out.
 */
export class Office {
  policy: NotificationPolicy = loadNotificationPolicy();
  /** Whether the case's run that asked for a message is committed. */
  committed = true;
  /** What messages to residents link to. */
  linkFor: LinkFor | null = null;
  private seq = 0;
  private refs = 0;

  private constructor(
    readonly world: World,
    readonly database: OpenDatabase,
    readonly receiver: Receiver,
    readonly mail: MailServer,
  ) {}

  static async open(): Promise<Office> {
    const [database, receiver, mail] = await Promise.all([openTestDatabase(), Receiver.open(), MailServer.open()]);
    let office: Office | null = null;
    const activities: DeliveryActivities = { deliver: (request) => office?.deliver(request) ?? Promise.resolve({}) };
    const world = await World.open(activities);
    office = new Office(world, database, receiver, mail);
    const member = (id: string) => ({
      ...{ id, name: id, department: 'engineering' },
      roles: [{ project: PROJECT, role: 'engineering' as const }],
    });
    const projects = [{ id: PROJECT, name: PROJECT, zone: 'Asia/Shanghai', departments: [], households: [] }];
    const staff = ['zhang', 'wang', 'li'].map(member);
    const clock = { now: () => WHEN };
    await createCompany(
      database.db,
      { id: 'co', name: 'Co', projects, staff, keys: [] },
      { sealer, index, clock, ids },
    );
    return office;
  }

  private deliver(request: Parameters<DeliveryActivities['deliver']>[0]) {
    const rules = { allowedHosts: null, trusted: [this.receiver.address], deadlineMs: 500 };
    return createDeliveryActivities({
      ...{ database: this.database, sealer, metrics: createMetrics(), rules },
      // A try is as late as its workflow says.
      clock: { now: () => request.at },
      sendMail: mailer({ url: this.mail.url, from: 'notice@example.com', patienceMs: 500 }),
      linkFor: this.linkFor,
      isCommitted: () => Promise.resolve(this.committed),
      signal: (to, orders) => this.world.call(() => signal(this.handing, to, orders)),
    }).deliver(request);
  }

  get handing() {
    return { client: this.world.client, taskQueue: 'cases', policy: this.policy };
  }

  /** Somebody gets a mailbox `<id>@example.com`. */
  async reach(id: string): Promise<void> {
    const [ref] = await this.keep({ kind: 'staff', id }, [`${id}@example.com`]);
    await replaceContact(
      this.database.db,
      { kind: 'staff', id, project: null },
      { emailRef: ref ?? '', language: null },
      WHEN,
    );
  }

  /** An endpoint at the receiver, under `/<id>`. */
  async connect(id: string, kind: Endpoint['kind']): Promise<void> {
    const url = `http://${this.receiver.address}/${id}`;
    const [urlRef = '', secretRef = ''] = await this.keep({ kind: 'endpoint', id }, [url, SECRET]);
    const rest = { project: PROJECT, department: null, label: id, host: 'x', active: true };
    await insertEndpoint(this.database.db, { id, kind, urlRef, secretRef, ...rest }, WHEN);
  }

  private async keep(subject: Parameters<typeof putTexts>[2], plain: readonly string[]): Promise<string[]> {
    const entries = plain.map((text) => {
      this.refs += 1;
      return { ref: `00000000-0000-4000-8000-${String(this.refs).padStart(12, '0')}`, plain: text };
    });
    await putTexts(this.database.db, sealer, subject, entries, WHEN);
    return entries.map(({ ref }) => ref);
  }

  /** A case asks for a message, now. @returns its key. */
  async tell(to: string, more: Partial<NotifyRequest> = {}): Promise<string> {
    const request = await this.request(to, more);
    await this.notify(request);
    return request.key;
  }

  async request(to: string, more: Partial<NotifyRequest> = {}): Promise<NotifyRequest> {
    this.seq += 1;
    const at = await this.world.now();
    const no = more.no ?? 'C-POST-0001';
    return {
      ...{ key: `${no}/${this.seq}`, no, seq: this.seq, project: PROJECT, mode: 'live', at, template: 'case-received' },
      ...{
        to: { kind: 'person', id: to },
        obligation: null,
        urgent: false,
        args: {},
        upwards: [],
        text: null,
        fence: at,
      },
      ...more,
    };
  }

  notify(...requests: NotifyRequest[]) {
    const { notify } = createNotifyActivities({
      database: this.database,
      clock: { now: () => requests[0]?.at ?? WHEN },
      handOver: async (keys) => void (await this.world.call(() => handOver(this.database.db, this.handing, { keys }))),
    });
    return notify(requests);
  }

  async mark(key: string, column: 'read_at' | 'acknowledged_at', at: Instant): Promise<void> {
    const change = column === 'read_at' ? { read_at: new Date(at) } : { acknowledged_at: new Date(at) };
    await this.database.db.updateTable('notification').set(change).where('key', '=', key).execute();
  }

  /** `email zhang sent` of each delivery of this message. */
  async receipts(key: string): Promise<string[]> {
    const rows = await this.database.db
      .selectFrom('delivery as d')
      .innerJoin('notification as n', 'n.id', 'd.notification')
      .select(['d.channel', 'd.recipient', 'd.state', 'd.reason'])
      .where('n.key', '=', key)
      .orderBy('d.first_at')
      .orderBy('d.recipient')
      .execute();
    return rows.map(({ channel, recipient, state, reason }) =>
      [channel, recipient, state, reason].filter(Boolean).join(' '),
    );
  }

  /** Everything that is pending ends. */
  async settle(): Promise<void> {
    await this.world.sleep(5 * DAY);
  }

  async close(): Promise<void> {
    await this.world.close();
    await Promise.all([this.receiver.close(), this.mail.close(), this.database.drop()]);
  }
}
