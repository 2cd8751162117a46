import type { Instant } from '../../domain/instant';
import type { Finding, PolicyPath } from '../../common/policy/issues';
import type { Json, Who } from '../format/values';
import { MOMENT, MomentError, START, offsetText, parseMoment, resolveMoment, type Moment } from '../time';
import type { Cast } from './people';
import type { Actor } from './plan';

/** What is known at one place of a story while it is planned, and where its mistakes are collected. */
export class Context {
  readonly named: Record<string, Instant> = {};
  /** Names of the cases that were started so far, in order. */
  readonly cases: string[] = [];
  /** Names of the links that were made so far, each with that of its case. */
  readonly links = new Map<string, string | null>();
  now: Instant;

  constructor(
    readonly zone: string,
    readonly cast: Cast,
    begin: Instant,
    private readonly findings: Finding[],
    private readonly lineOf: (path: PolicyPath) => number,
  ) {
    this.now = begin;
    this.named[START] = begin;
  }

  line(path: PolicyPath): number {
    return this.lineOf(path);
  }

  /** @param known names that would have been right, for a suggestion. */
  wrong(
    path: PolicyPath,
    expected: string,
    code: Finding['code'] = 'contradiction',
    known?: readonly string[],
    isKey = false,
  ): void {
    this.findings.push({ path, code, expected, known, ...(isKey ? { ofKey: true } : {}) });
  }

  /** @returns the present moment when it can't be resolved; the mistake is on record then. */
  instant(moment: Moment, path: PolicyPath): Instant {
    try {
      return resolveMoment(moment, { zone: this.zone, now: this.now, named: this.named });
    } catch (error) {
      if (!(error instanceof MomentError)) throw error;
      this.wrong(path, `a moment that exists: ${error.message}`, 'unknown-name');
      return this.now;
    }
  }

  /** @param isKey whether he is named by the key that the path ends with. */
  actor(who: Who, path: PolicyPath, isKey = false): Actor {
    const found = this.cast.actor(who);
    const project = who.project === null || this.cast.hasProject(who.project);
    if (found && project) return found;
    const { known } = this.cast;
    this.wrong(path, `somebody of this story: ${known.join(', ')}`, 'unknown-name', known, isKey);
    return { kind: 'nobody', written: who.written };
  }

  /** The case that is meant: the one named, else the one started last. */
  caseOf(name: string | undefined, path: PolicyPath): string | null {
    if (name === undefined) return this.cases.at(-1) ?? null;
    if (!this.cases.includes(name))
      this.wrong(
        [...path, 'case'],
        `a case started before: ${this.cases.join(', ') || 'none yet'}`,
        'unknown-name',
        this.cases,
      );
    return name;
  }

  /** The case of a link that was made before. */
  caseOfLink(name: string, path: PolicyPath): string | null {
    const known = [...this.links.keys()];
    if (!this.links.has(name))
      this.wrong(path, `a link made before: ${known.join(', ') || 'none yet'}`, 'unknown-name', known);
    return this.links.get(name) ?? null;
  }

  /** A text of a body that stands for an instant, as the API is sent it. */
  instantText(written: Json, path: PolicyPath): Json {
    if (typeof written !== 'string' || written.includes('${')) return written;
    const moment = parseMoment(written);
    if (moment) return offsetText(this.instant(moment, path), this.zone);
    this.wrong(path, MOMENT, 'wrong-format');
    return written;
  }
}
