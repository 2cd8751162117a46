import { atPointer, type HttpAnswer, type HttpClient, type HttpRequest } from './http';
import type { ObservedEvent } from './check/observation';
import type { Json } from './format/values';
import { Cast } from './plan/people';
import type { Actor, Body, Plan, PlannedRequest } from './plan/plan';
import { loginKey } from './world/keys';

/** A `${name}` that nothing was saved under. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
}

/** What a story has learnt while it is played: numbers of cases, keys, kept parts of answers. */
export class Session {
  /** Numbers by the story's names. */
  readonly cases = new Map<string, string>();
  readonly keys = new Map<string, string>();
  readonly saved = new Map<string, string>();
  /** What has been read of each case's journal, by number. */
  readonly journals = new Map<string, ObservedEvent[]>();
  private readonly cast: Cast;

  constructor(
    readonly plan: Plan,
    readonly http: HttpClient,
  ) {
    this.cast = new Cast(plan.people, plan.households, plan.projects, new Set());
  }

  /** A role or a person as the story writes it. */
  actorNamed(written: string): Actor {
    const [name = '', project = null] = written.split('@');
    if (this.keys.has(name)) return { kind: 'key', written, name };
    return this.cast.actor({ written, name, project }) ?? { kind: 'nobody', written };
  }

  /** Somebody who may see everything: the first manager of all projects. */
  get overseer(): Actor {
    const all = this.plan.people.filter(({ projects, active }) => projects === null && active);
    const found =
      all.find(({ role }) => role === 'manager') ??
      all.find(({ role }) => role === 'general_manager') ??
      this.plan.people[0];
    return { kind: 'person', written: found?.id ?? '', id: found?.id ?? '' };
  }

  /** @throws UnknownNameError */
  fill(text: string): string {
    return text.replace(/\$\{([^}]+)\}/g, (place, name: string) => {
      const value = this.value(name.trim());
      if (value === undefined) throw new UnknownNameError(`${place} is not known here`);
      return value;
    });
  }

  authorization(actor: Actor): Record<string, string> {
    if (actor.kind === 'nobody') return {};
    const key = actor.kind === 'key' ? this.keys.get(actor.name) : loginKey(actor.id);
    return key === undefined ? {} : { Authorization: `Bearer ${key}` };
  }

  /** A name that is not known is no answer, with the name as its reason. */
  async send(planned: PlannedRequest): Promise<HttpAnswer> {
    try {
      return await this.http.send(await this.requestOf(planned));
    } catch (error) {
      if (!(error instanceof UnknownNameError)) throw error;
      return { status: 0, headers: {}, text: error.message, json: undefined };
    }
  }

  private async requestOf(planned: PlannedRequest): Promise<HttpRequest> {
    const query = new URLSearchParams(planned.query).toString();
    const path = this.fill(planned.path);
    const body = this.bodyOf(planned.body);
    const named = Object.fromEntries(Object.entries(planned.headers).map(([name, value]) => [name, this.fill(value)]));
    const hasType = Object.keys(named).some((name) => name.toLowerCase() === 'content-type');
    const headers = {
      ...(body === null || hasType ? {} : { 'Content-Type': 'application/json' }),
      ...this.authorization(planned.actor),
      ...(await this.ifMatch(planned)),
      ...named,
    };
    const separator = path.includes('?') ? '&' : '?';
    return { method: planned.method, path: query === '' ? path : `${path}${separator}${query}`, headers, body };
  }

  /** Reads something as somebody. */
  async get(path: string, actor: Actor = this.overseer): Promise<HttpAnswer> {
    return this.http.send({ method: 'GET', path, headers: this.authorization(actor), body: null });
  }

  /** @param body null for none. */
  async post(path: string, body: Json, actor: Actor = this.overseer): Promise<HttpAnswer> {
    const type: Record<string, string> = body === null ? {} : { 'Content-Type': 'application/json' };
    const bytes = body === null ? null : Buffer.from(JSON.stringify(body));
    return this.http.send({ method: 'POST', path, headers: { ...type, ...this.authorization(actor) }, body: bytes });
  }

  private async ifMatch({ ifMatch, about, actor }: PlannedRequest): Promise<Record<string, string>> {
    if (ifMatch === null) return {};
    if (typeof ifMatch === 'number') return { 'If-Match': `"${ifMatch}"` };
    if (ifMatch !== 'current') return { 'If-Match': this.fill(ifMatch) };
    const reader = actor.kind === 'nobody' ? this.overseer : actor;
    const answer = await this.get(`/api/v1/cases/${this.cases.get(about ?? '') ?? ''}`, reader);
    return { 'If-Match': answer.headers.etag ?? `"${String(atPointer(answer.json, '/seq'))}"` };
  }

  private bodyOf(body: Body): Buffer | null {
    switch (body.kind) {
      case 'none':
        return null;
      case 'json':
        return Buffer.from(JSON.stringify(this.fillAll(body.value)));
      case 'text':
        return Buffer.from(this.fill(body.text));
      case 'bytes':
        return Buffer.from(body.bytes);
    }
  }

  /** All texts inside a value. */
  fillAll(value: Json): Json {
    if (typeof value === 'string') return this.fill(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => this.fillAll(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as Readonly<Record<string, Json>>).map(([name, item]) => [name, this.fillAll(item)]),
    );
  }

  private value(name: string): string | undefined {
    if (name === 'case') return [...this.cases.values()].at(-1);
    if (name.startsWith('case.')) return this.cases.get(name.slice('case.'.length));
    if (name.startsWith('key.')) return this.keys.get(name.slice('key.'.length));
    return this.saved.get(name);
  }
}
