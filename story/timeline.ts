import type { Verdict } from './check/check';
import type { ObservedEvent } from './check/observation';
import type { Asked } from './steps/requests';
import type { HttpAnswer } from './http';
import { atPointer } from './http';
import type { Action, Plan } from './plan/plan';
import { dayText, clockText, durationText, localText } from './time';
import { localTimeOf } from '../domain/zone';
import type { Instant } from '../domain/instant';

/** Prints a story while it is played: readable at 3 a.m., with colours only on a terminal. */
export class Timeline {
  private day = '';

  constructor(
    private readonly plan: Plan,
    private readonly print: (line: string) => void,
    private readonly coloured: boolean,
  ) {}

  title(): void {
    const { title, plays, projects, file } = this.plan;
    this.print(this.bold(title));
    const zones = projects.map(({ id, zone }) => `${id} ${zone}`).join(', ');
    this.print(this.dim(`  ${file} · ${zones}${plays.length === 0 ? '' : ` · plays ${plays.join(', ')}`}`));
  }

  remark(at: Instant, text: string): void {
    this.line(at, '·', text);
  }

  /** What happened by itself or because of the last step, as the journal has it. */
  events(caseName: string, events: readonly ObservedEvent[], several: boolean): void {
    for (const event of events) {
      const text = eventText(event, this.plan.zone);
      if (text !== null)
        this.line(
          event.at,
          text.mark,
          `${several ? `[${caseName}] ` : ''}${text.text}`,
          text.mark === '!' ? 'warn' : 'plain',
        );
    }
  }

  asked(at: Instant, { request, answers }: Asked): void {
    const times = answers.length > 1 ? ` × ${answers.length}` : '';
    const about = request.about ?? request.starts;
    const of = about === null || about === 'case' ? '' : ` (${about})`;
    this.line(
      at,
      '→',
      `${request.actor.written}: ${request.title}${of}${times}  ${this.dim(`⇒ ${answersText(answers)}`)}`,
      'act',
    );
  }

  world(at: Instant, action: Action): void {
    const text = worldText(action);
    if (text !== null) this.line(at, '⚙', text, 'act');
  }

  verdicts(verdicts: readonly Verdict[]): void {
    const good = verdicts.filter(({ ok }) => ok);
    if (good.length > 0) this.print(`${INDENT}${this.paint('✓', GREEN)} ${this.dim(summary(good))}`);
    for (const { what, expected, actual } of verdicts.filter(({ ok }) => !ok)) {
      this.print(`${INDENT}${this.paint('✗', RED)} ${this.bold(what)}`);
      this.print(`${INDENT}    expected  ${expected}`);
      this.print(`${INDENT}    actual    ${actual}`);
    }
  }

  /** The journal around an event. */
  journal(caseName: string, events: readonly ObservedEvent[], around: number | null): void {
    const last = around ?? events.length;
    const near = events.filter(({ seq }) => Math.abs(seq - last) <= NEAR);
    if (near.length === 0) return;
    this.print(
      `${INDENT}    ${this.dim(`journal of ${caseName}, events ${near[0]?.seq ?? 0} to ${near.at(-1)?.seq ?? 0} of ${events.length}:`)}`,
    );
    for (const event of near) {
      const at = localText(event.at, this.plan.zone);
      this.print(
        this.dim(
          `${INDENT}    ${String(event.seq).padStart(4)}  ${at}  ${event.type}  ${detail(event, this.plan.zone)}`,
        ),
      );
    }
  }

  place(line: number): void {
    this.print(`${INDENT}    ${this.dim(`${this.plan.file}:${line}`)}`);
  }

  end(ok: boolean, checks: number, failures: number, storyMs: number, realMs: number): void {
    const sign = ok ? this.paint('✓', GREEN) : this.paint('✗', RED);
    const result = ok ? `${checks} checks hold` : `${failures} of ${checks} checks do not hold`;
    this.print(
      `${sign} ${this.bold(this.plan.title)}: ${result} ${this.dim(`(${durationText(storyMs)} of story in ${(realMs / 1000).toFixed(1)} s)`)}`,
    );
  }

  private line(at: Instant, mark: string, text: string, style: 'plain' | 'act' | 'warn' = 'plain'): void {
    const day = dayText(at, this.plan.zone);
    if (day !== this.day) this.print(this.bold(`  ${day}`));
    this.day = day;
    const { timeOfDay } = localTimeOf(at, this.plan.zone);
    const clock = clockText(Math.floor(timeOfDay / 1000) * 1000).padEnd(8);
    const shown = style === 'warn' ? this.paint(text, YELLOW) : text;
    this.print(`  ${clock} ${mark} ${shown}`);
  }

  private paint(text: string, colour: number): string {
    return this.coloured ? `\u001b[${colour}m${text}\u001b[0m` : text;
  }
  private bold(text: string): string {
    return this.paint(text, 1);
  }
  private dim(text: string): string {
    return this.paint(text, 2);
  }
}

const INDENT = '           ';
const NEAR = 6;
const GREEN = 32;
const RED = 31;
const YELLOW = 33;

function answersText(answers: readonly HttpAnswer[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const code = atPointer(answer.json, '/code');
    const no = atPointer(answer.json, '/no');
    const stage = atPointer(answer.json, '/stage');
    const about = typeof code === 'string' ? code : [no, stage].filter((part) => typeof part === 'string').join(' ');
    const text = `${answer.status === 0 ? `no answer (${answer.text})` : answer.status} ${about}`.trim();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count > 1 ? `${count} × ${text}` : text)).join(', ');
}

function worldText(action: Action): string | null {
  switch (action.kind) {
    case 'servers':
      return `${action.act === 'kill' ? 'kill -9' : action.act} ${action.servers.join(' and ')}`;
    case 'lines':
      return `${action.act} the line to ${action.lines.join(' and ')}`;
    case 'publish':
      return `a manager publishes: ${Object.values(action.changes)
        .flatMap((values) => Object.entries(values).map(([path, value]) => `${path} = ${JSON.stringify(value)}`))
        .join(', ')}`;
    case 'make-key':
      return `a manager makes the key ${action.key.name} (${action.key.role})`;
    case 'revoke-key':
      return `a manager takes back the key ${action.name}`;
    case 'activity':
      return `${action.person} ${action.active ? 'is back' : 'leaves'}`;
    case 'requests':
      return null;
  }
}

/** Events that people should see; the others are counted by the journal alone. */
function eventText({ type, fields }: ObservedEvent, zone: string): { mark: string; text: string } | null {
  const obligation = String(fields['obligation'] ?? '');
  const at = (name: string): string => (typeof fields[name] === 'number' ? localText(fields[name], zone).slice(5) : '');
  switch (type) {
    case 'obligation-opened': {
      const opened = fields['obligation'] as Readonly<Record<string, unknown>>;
      return { mark: '○', text: `${String(opened['id'])} due ${localText(Number(opened['dueAt']), zone).slice(5)}` };
    }
    case 'obligation-met':
      return { mark: '●', text: `${obligation} met${lateText(fields['lateMs'])}` };
    case 'obligation-missed':
      return { mark: '!', text: `${obligation} MISSED, due ${at('dueAt')}` };
    case 'obligation-warned':
      return { mark: '◔', text: `${obligation} warned at ${Number(fields['fraction']) * 100} %` };
    case 'obligation-reminded':
      return { mark: '◔', text: `${obligation} reminded, ${String(fields['count'])} of ${String(fields['of'])}` };
    case 'escalated':
      return { mark: '!', text: `${obligation} escalated to ${String(fields['role'])} (${String(fields['cause'])})` };
    case 'due-moved':
      return { mark: '○', text: `${obligation} moved to ${at('new')} (${String(fields['cause'])})` };
    case 'wake-gap':
      return { mark: '!', text: `the engine was away ${durationText(Number(fields['gapMs']))}` };
    case 'stage-entered':
      return fields['from'] === null ? null : { mark: '»', text: `stage ${String(fields['stage'])}` };
    case 'notified': {
      const told = (fields['recipients'] as readonly string[] | undefined) ?? [];
      return { mark: '✉', text: `${String(fields['template'])} to ${told.join(', ') || 'nobody'}` };
    }
    case 'paused':
    case 'resumed':
    case 'reopened':
    case 'closed':
    case 'withdrawn':
    case 'archived':
      return { mark: '»', text: type };
    default:
      return null;
  }
}

function lateText(lateMs: unknown): string {
  if (typeof lateMs !== 'number') return '';
  return lateMs <= 0
    ? ` in time, ${durationText(Math.floor(-lateMs / 1000) * 1000)} early`
    : `, ${durationText(Math.floor(lateMs / 1000) * 1000)} LATE`;
}

function detail({ fields }: ObservedEvent, zone: string): string {
  const { type: _type, at: _at, episode: _episode, occurredAt: _occurred, ...rest } = fields;
  const shown = Object.entries(rest).map(([name, value]) => {
    if (typeof value === 'number' && value > 1e12) return `${name}: ${localText(value, zone).slice(5)}`;
    return `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return shown.join(', ').slice(0, 160);
}

function summary(verdicts: readonly Verdict[]): string {
  const names = verdicts.map(({ what }) => what);
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
