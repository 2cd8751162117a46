import { systemClock } from '../common/clock';
import type { Instant, Millis } from '../domain/instant';
import { Session } from './actors';
import { check, type Verdict } from './check/check';
import type { Check } from './check/matcher';
import type { Observation, ObservedEvent } from './check/observation';
import { HttpClient } from './http';
import { observe, ObservationError, readJournal } from './observe';
import { readStory } from './parse';
import type { Action, Plan, PlannedStep } from './plan/plan';
import { makeKey, publish, revokeKey, setActive } from './steps/admin';
import { ask } from './steps/requests';
import { Timeline } from './timeline';
import { World, type StoryEnv } from './world/world';

export interface StoryResult {
  readonly file: string;
  readonly title: string;
  readonly ok: boolean;
  readonly failures: readonly Failure[];
  readonly checks: number;
  /** What was expected and what was seen, so that it can be checked again without playing. */
  readonly recorded: readonly { readonly check: Check; readonly observation: Observation }[];
  readonly storyMs: Millis;
  readonly realMs: Millis;
}

export interface Failure extends Verdict {
  readonly line: number;
}

export interface PlayOptions {
  readonly print?: (line: string) => void;
  readonly coloured?: boolean;
}

/**
 * Plays a story from its file on real servers.
 * @throws StoryError when the file can't be read as a story; what the servers threw when they can't be started.
 */
export async function playStory(file: string, env: StoryEnv, options: PlayOptions = {}): Promise<StoryResult> {
  const began = systemClock.now();
  const plan = readStory(file);
  const timeline = new Timeline(plan, options.print ?? (() => undefined), options.coloured ?? false);
  timeline.title();
  const world = await World.open(plan, env);
  const http = new HttpClient(() => world.url);
  try {
    const player = new Player(plan, world, new Session(plan, http), timeline);
    await player.play();
    const { failures, checks, recorded } = player;
    const storyMs = world.clock.now() - plan.begin;
    const realMs = systemClock.now() - began;
    timeline.end(failures.length === 0, checks, failures.length, storyMs, realMs);
    return { file, title: plan.title, ok: failures.length === 0, failures, checks, recorded, storyMs, realMs };
  } finally {
    http.close();
    await world.close();
  }
}

class Player {
  readonly failures: Failure[] = [];
  readonly recorded: { check: Check; observation: Observation }[] = [];
  checks = 0;
  private readonly moments: Instant[] = [];
  /** How many events of each case the timeline has shown. */
  private readonly shown = new Map<string, number>();

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly session: Session,
    private readonly timeline: Timeline,
  ) {}

  async play(): Promise<void> {
    const until = systemClock.now() + this.plan.patienceMs;
    if (this.plan.policy) this.judge(await publish(this.plan.policy, this.session), 1);
    for (const step of this.plan.steps) {
      const goesOn = await this.playStep(step);
      if (!goesOn) {
        this.timeline.remark(step.at, 'the rest is not played: what it needs did not happen');
        return;
      }
      if (systemClock.now() > until) {
        this.fail(
          step.line,
          'patience',
          `at most ${this.plan.patienceMs / 1000} s`,
          'still playing; see "patience" in docs/stories.md',
        );
        return;
      }
    }
    for (const expected of this.plan.finally) await this.look(expected);
    this.session.journals.clear();
    for (const name of this.session.cases.keys()) await this.look(always(name, this.plan));
  }

  /** @returns false when the story can't go on. */
  private async playStep(step: PlannedStep): Promise<boolean> {
    await this.world.runTo(step.at);
    this.moments.push(step.at);
    await this.showEvents();
    if (step.say !== null) this.timeline.remark(step.at, step.say);
    const done = step.action ? await this.act(step.action, step) : true;
    await this.world.settle();
    await this.showEvents();
    for (const expected of step.then) await this.look(expected);
    return done;
  }

  private async act(action: Action, step: PlannedStep): Promise<boolean> {
    this.timeline.world(step.at, action);
    switch (action.kind) {
      case 'requests': {
        const { asked, verdicts } = await ask(action, this.session);
        for (const one of asked) this.timeline.asked(step.at, one);
        return this.judge([...asked.flatMap((one) => one.verdicts), ...verdicts], step.line);
      }
      case 'servers':
        if (action.act === 'start') await this.world.start(action.servers);
        else await this.world.stop(action.servers, action.act);
        return true;
      case 'lines':
        for (const line of action.lines) await this.world.setLine(line, action.act === 'restore');
        return true;
      case 'publish':
        return this.judge(await publish(action.changes, this.session), step.line);
      case 'make-key':
        return this.judge(await makeKey(action.key, this.session), step.line);
      case 'revoke-key':
        return this.judge(await revokeKey(action.name, this.session), step.line);
      case 'activity':
        return this.judge(await setActive(action.person, action.active, this.session), step.line);
    }
  }

  private async look(expected: Check): Promise<void> {
    try {
      const observation = await observe(expected, this.session, this.world.clock.now(), [...this.moments]);
      this.recorded.push({ check: expected, observation });
      const verdicts = check(expected, observation);
      this.judge(verdicts, expected.line);
      const wrong = verdicts.filter(({ ok }) => !ok);
      if (wrong.length > 0 && observation.case) {
        this.timeline.journal(
          expected.case ?? '',
          observation.case.journal,
          wrong.find(({ around }) => around !== null)?.around ?? null,
        );
      }
    } catch (error) {
      if (!(error instanceof ObservationError)) throw error;
      this.fail(expected.line, expected.path, 'something to look at', error.message);
    }
  }

  private judge(verdicts: readonly Verdict[], line: number): boolean {
    this.checks += verdicts.length;
    this.timeline.verdicts(verdicts);
    const wrong = verdicts.filter(({ ok }) => !ok);
    this.failures.push(...wrong.map((verdict) => ({ ...verdict, line })));
    if (wrong.length > 0) this.timeline.place(line);
    return wrong.length === 0;
  }

  private fail(line: number, what: string, expected: string, actual: string): void {
    this.judge([{ ok: false, what, expected, actual, around: null }], line);
  }

  /** Events since the last time, of all cases, in the order in which they happened. */
  private async showEvents(): Promise<void> {
    const cases = [...this.session.cases];
    const news = await Promise.all(
      cases.map(async ([name, no]) => (await this.newsOf(no)).map((event) => ({ name, event }))),
    );
    for (const { name, event } of news.flat().sort((a, b) => a.event.at - b.event.at)) {
      this.timeline.events(name, [event], cases.length > 1);
    }
  }

  private async newsOf(no: string): Promise<ObservedEvent[]> {
    const after = this.shown.get(no) ?? 0;
    const events = await readJournal(no, this.session, false);
    this.shown.set(no, events.length);
    return events.slice(after);
  }
}

/** Of every case at the end: its journal has no gap. */
function always(name: string, plan: Plan): Check {
  return {
    path: 'always',
    line: 1,
    case: name,
    zone: plan.zone,
    state: null,
    obligations: null,
    journal: { items: [], exactly: false },
    counts: null,
    inboxes: [],
    work: [],
    explanations: null,
    actions: null,
    cases: null,
  };
}
