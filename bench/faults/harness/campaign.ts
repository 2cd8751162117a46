import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Scene } from '../fault';
import { OpenLoopClient } from './client';
import { atRest, gather, type Sources } from './gather';
import { Histories } from './histories';
import { broken, checkAll, type Evidence, type Truth, type Violations } from './invariants';
import type { ClientLog, Entry } from './log';
import { decoder } from './payloads';
import { openReplayer, type Replayer } from './replaying';
import { healAll, type Topology } from './topology';

export interface CampaignOptions {
  /** Seconds of load before a fault, and after it. */
  readonly before: number;
  readonly after: number;
  /** Cases whose rows are compared with a replay of their histories. */
  readonly replays: number;
  /** Instead of each fault's own time. */
  readonly during?: number;
}

export const USUAL: CampaignOptions = { before: 3, after: 5, replays: 10 };

/** What one fault did. */
export interface Result {
  readonly fault: Fault;
  readonly cases: number;
  readonly commands: number;
  /** Most wishes without an answer at one time. */
  readonly unanswered: number;
  /** From a planned instant to its answer, at the most. Milliseconds. */
  readonly longestWait: number;
  /** From the end of `heal` until the last wish from before had its answer; 0: all had. Milliseconds. */
  readonly recovery: number;
  readonly violations: Violations;
  /** What the fault itself demands and did not get. */
  readonly unmet: readonly string[];
  /** What the fault measured beside; null: nothing. */
  readonly figures: string | null;
}

interface Moments {
  readonly begun: number;
  readonly injecting: number;
  readonly hurt: number;
  readonly healing: number;
  readonly healed: number;
  readonly over: number;
}

/** `/readyz` has its own limits, and whatever watches it asks every few seconds. Milliseconds. */
const NOTICED_WITHIN = 3_500;

/** Milliseconds. */
const LOOK_AGAIN_WITHIN = 20_000;

/** One fault after the other on one running product; each leaves it whole, or the next begins with a report. */
export class Campaign {
  /** Digests of the cases that had ended at an earlier look. */
  private readonly ended = new Map<string, string>();
  private entries: readonly Entry[] = [];

  private constructor(
    readonly topology: Topology,
    private readonly sources: Sources,
    private readonly replayer: Replayer,
    private readonly options: CampaignOptions,
  ) {}

  static async open(topology: Topology, options: CampaignOptions = USUAL): Promise<Campaign> {
    const histories = await Histories.open(topology, decoder(topology.codecKeys));
    const replayer = await openReplayer(topology);
    const sources = { databaseUrl: topology.databaseUrl, histories, replay: (no: string) => replayer.replay(no) };
    return new Campaign(topology, sources, replayer, options);
  }

  async close(): Promise<void> {
    await this.sources.histories.close();
    await this.replayer.close();
  }

  async run(fault: Fault): Promise<Result> {
    const client = new OpenLoopClient(this.topology, fault.load);
    const scene: Scene = { topology: this.topology, client, wait: (seconds) => pause(seconds * 1_000) };
    const moments = await this.hurt(fault, scene, client);
    const log = client.log();
    this.entries = [...this.entries, ...log.entries];
    const restless = await atRest(this.sources, log, this.ended, fault.grace * 1_000);
    let violations = await this.look(truthsOf(fault, moments), log);
    // What a clock did just now may be on its way.
    for (const begun = performance.now(); broken(violations).length > 0;) {
      if (performance.now() - begun > LOOK_AGAIN_WITHIN) break;
      violations = await this.look(truthsOf(fault, moments), log);
    }
    const unmet = [
      ...(fault.demands?.(log, this.topology) ?? []),
      ...(restless ? [`not at rest in time: ${restless}`] : []),
    ];
    return { fault, ...figuresOf(log, moments), violations, unmet, figures: fault.figures?.() ?? null };
  }

  private async hurt(fault: Fault, scene: Scene, client: OpenLoopClient): Promise<Moments> {
    const { before, after, during } = this.options;
    const begun = Date.now();
    client.start();
    await scene.wait(before);
    const injecting = Date.now();
    await fault.inject(scene);
    const hurt = Date.now();
    await scene.wait(during ?? fault.during);
    const healing = Date.now();
    await fault.heal(scene);
    await healAll(this.topology);
    const healed = Date.now();
    await scene.wait(after);
    await client.drain(fault.grace * 1_000);
    return { begun, injecting, hurt, healing, healed, over: Date.now() };
  }

  private async look(truths: readonly Truth[], log: ClientLog): Promise<Violations> {
    const evidence = await this.evidence(log.ready, truths);
    for (const { no } of evidence.rows.cases.filter((row) => row.ended)) {
      const digest = evidence.later.digests.get(no);
      if (digest !== undefined && evidence.histories.get(no)?.status === 'COMPLETED') this.ended.set(no, digest);
    }
    return checkAll(evidence);
  }

  /**
   * What there is to be known now.
   * @param ended digests of the cases that are not looked at again; none: all are.
   */
  async evidence(
    ready: ClientLog['ready'] = [],
    truths: readonly Truth[] = [],
    ended: ReadonlyMap<string, string> = this.ended,
  ): Promise<Evidence> {
    const { entries } = this;
    const falls = this.topology.victims.flatMap((victim) => [
      ...victim.falls().map((how) => `${victim.name}, ${how}`),
      ...(victim.alive() ? [] : [`${victim.name} is down`]),
    ]);
    const known = { log: { entries, ready }, ended: new Map(ended), truths, falls };
    return gather(this.sources, known, this.options.replays);
  }
}

function truthsOf({ down = [], group }: Fault, { begun, injecting, hurt, healing, healed, over }: Moments): Truth[] {
  const during: Truth[] =
    down.length > 0
      ? [{ from: hurt + NOTICED_WITHIN, to: healing, status: 503 }]
      : group === 'worker'
        ? [{ from: injecting, to: healing, status: 200 }]
        : [];
  return [
    { from: begun, to: injecting, status: 200 },
    ...during,
    { from: healed + NOTICED_WITHIN, to: over, status: 200 },
  ];
}

function figuresOf({ entries }: ClientLog, { healed }: Moments) {
  const answered = entries.flatMap(({ plannedAt, answeredAt }) =>
    answeredAt === null ? [] : [{ plannedAt, answeredAt }],
  );
  const fromBefore = answered.filter(({ plannedAt }) => plannedAt < healed).map(({ answeredAt }) => answeredAt);
  return {
    cases: entries.filter(({ name, outcome }) => name === 'start' && outcome === 'accepted').length,
    commands: entries.filter(({ no, outcome }) => no !== null && outcome === 'accepted').length,
    unanswered: mostAtOnce(entries),
    longestWait: Math.max(0, ...answered.map(({ plannedAt, answeredAt }) => answeredAt - plannedAt)),
    recovery: Math.max(0, ...fromBefore.map((answeredAt) => answeredAt - healed)),
  };
}

function mostAtOnce(entries: readonly Entry[]): number {
  const steps = entries.flatMap(({ plannedAt, answeredAt }) => [
    { at: plannedAt, by: 1 },
    ...(answeredAt === null ? [] : [{ at: answeredAt, by: -1 }]),
  ]);
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of steps) most = Math.max(most, (now += by));
  return most;
}
