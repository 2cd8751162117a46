import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { SYSTEM } from '../../domain/actor';
import type { Command, CommandName, Draft, Opening } from '../../domain/event';
import { nextWake, openCase, recordEffect, runAnswer, runCommand, runWake, type Step } from '../../domain/engine';
import { commandNames, isRefusal, refuse, type Family, type Refusal } from '../../domain/family';
import type { Instant } from '../../domain/instant';
import { snapshotOf } from '../../domain/projection';
import { follows } from '../../domain/rules';
import type { CaseState } from '../../domain/state';
import {
  questions,
  type CaseAnswer,
  type CaseInput,
  type Carried,
  type CommandEnvelope,
  type CommandResult,
  type Preview,
  type PreviewRequest,
  type SeenCommand,
} from '../contracts/case';
import { TOLD, type ToldEnvelope } from '../contracts/effects';
import type { CommandReceipt } from '../contracts/journal';
import type { Origin } from '../contracts/origin';
import { answering, nameOfUpdate, refusal } from './answers';
import { ArmedTimer } from './armed-timer';
import { Effects } from './effects';
import { Fence } from './fence';
import { Journal } from './journal';
import { unlessLeaving } from './leaving';
import { Outbox } from './outbox';
import { passedOn, tellHandled } from './seen';
import { show } from './shown';

/** Commands remembered for repeats inside the workflow; older ones are answered from the read model. */
const SEEN_MAX = 200;

/**
 * The one loop that every family runs on. It carries out the pure engine: commands and due moments go in, events come
 * out, are journalled, and change when the one timer is armed.
 */
export async function runCase<S extends CaseState, O extends Opening>(
  family: Family<S, O>,
  input: CaseInput<O>,
): Promise<{ readonly no: string; readonly seq: number }> {
  const loop = new CaseLoop(family, input);
  loop.register();
  return loop.run();
}

class CaseLoop<S extends CaseState, O extends Opening> {
  private state: S;
  private readonly timer = new ArmedTimer();
  private readonly journal: Journal;
  private readonly outbox: Outbox;
  private readonly effects: Effects;
  private readonly seen = new Map<string, SeenCommand>();
  /** Something changed, so the next moment is to be computed anew. */
  private changed = true;
  /** `seq` after the start; null in the runs that follow the first. */
  private readonly openedSeq: number | null;

  constructor(
    private readonly family: Family<S, O>,
    private readonly input: CaseInput<O>,
  ) {
    const { carried, opening } = input;
    const opened = carried ? null : openCase(family, opening, { at: Date.now(), by: opening.by });
    if (opened && isRefusal(opened)) throw refusal(opened);
    // Carried by this same family, but maybe by a former release: what that did not know begins as in a new case.
    this.state = { ...family.initial(opening), ...(carried?.state as S | undefined) };
    const written = this.state.seq - (carried?.unwritten.events.length ?? 0);
    const fence = new Fence();
    this.outbox = new Outbox(fence, (of, outcome) => this.record(of, outcome));
    this.effects = new Effects((answer) => {
      this.commit(runAnswer(this.family, this.state, answer, Date.now()));
    });
    this.journal = new Journal(opening.no, written, () => snapshotOf(this.state), fence, [this.effects, this.outbox]);
    if (carried) this.restore(carried);
    if (opened) this.commit(opened, this.startReceipt(opened));
    this.openedSeq = opened ? opened.state.seq : null;
  }

  /** Before the first await: messages arrive before the main code runs. */
  register(): void {
    // One pair of functions for all commands: with a pair for each, thirty of them, a cached case is larger (M5).
    const handle = (envelope: CommandEnvelope): Promise<CommandResult> => this.handle(nameOfUpdate(), envelope);
    const validator = (envelope: CommandEnvelope): void => this.validate(nameOfUpdate(), envelope);
    for (const name of commandNames(this.family)) {
      setHandler(defineUpdate<CommandResult, [CommandEnvelope]>(name), handle, { validator });
    }
    setHandler(defineSignal<[ToldEnvelope]>(TOLD), (told) => {
      this.hear(told);
    });
    answering(questions.case, () => this.answer());
    answering(questions.preview, (request: PreviewRequest) => this.preview(request));
  }

  private answer(): CaseAnswer {
    const { startKey, bodyHash, opening } = this.input;
    return { snapshot: snapshotOf(this.state), written: this.journal.writtenTo, startKey, bodyHash, opening };
  }

  async run(): Promise<{ no: string; seq: number }> {
    const beside = [this.journal.run(), this.outbox.run(), this.start()].map((running) => running.catch(unlessLeaving));
    void Promise.all(beside);
    while (!this.state.ended) {
      await this.allWritten();
      if (!this.timer.fired) this.arm();
      // Rolled over only when something has happened: a task that merely turned a question away leaves nothing that a
      // replay could go on from.
      await condition(() => this.changed || this.timer.fired);
      if (this.mustRollOver()) await this.rollOver();
      if (this.timer.fired) {
        this.timer.acknowledge();
        this.commit(runWake(this.family, this.state, Date.now()));
      }
    }
    this.timer.disarm();
    await condition(
      () => allHandlersFinished() && this.journal.isIdle() && this.outbox.isIdle() && this.effects.isIdle(),
    );
    return { no: this.state.no, seq: this.state.seq };
  }

  private async start(): Promise<void> {
    if (this.openedSeq !== null) await this.dealtWith('start', this.openedSeq, this.input.origin, Date.now());
  }

  /** A timer counts from the end of the task that arms it: what is written in between would make it late. */
  private async allWritten(): Promise<void> {
    if (!follows(this.state, 'timers-start-when-all-is-written')) return;
    await condition(() => this.journal.isIdle() || this.journal.isAway());
  }

  private arm(): void {
    this.changed = false;
    const next = nextWake(this.family, this.state);
    if (next) this.timer.arm(next.at, [next.purpose, next.obligation ?? ''].join(' ').trim());
  }

  private validate(name: string, envelope: CommandEnvelope): void {
    const seen = this.seen.get(envelope.id);
    if (seen) {
      if (seen.bodyHash !== envelope.bodyHash) throw refusal(refuse('idempotency-mismatch'));
      return;
    }
    const step = this.decide(name, envelope, Date.now());
    if (isRefusal(step)) throw refusal(step);
  }

  private async handle(name: string, envelope: CommandEnvelope): Promise<CommandResult> {
    const seen = this.seen.get(envelope.id);
    if (seen) return { seq: seen.seq, projection: await this.journal.settled(seen.seq) };
    const { id, bodyHash, origin } = envelope;
    const startedAt = Date.now();
    const step = this.decide(name, envelope, startedAt);
    if (isRefusal(step)) throw refusal(step);
    const { seq } = step.state;
    this.remember({ id, bodyHash, seq });
    this.commit(step, this.receipt({ id, bodyHash, origin }, name, step));
    return { seq, projection: await this.dealtWith(name, seq, origin, startedAt) };
  }

  /** @returns once it is in the read model, or at once while the database is away. */
  private async dealtWith(command: string, seq: number, origin: Origin | undefined, startedAt: Instant) {
    const projection = await this.journal.settled(seq);
    const from = { origin: origin ?? null, passedOn: passedOn(origin) ?? null };
    tellHandled({ no: this.state.no, command, seq, projection, ...from, startedAt, endedAt: Date.now() });
    return projection;
  }

  /** The start is answered like a command, so that its key gets the same answer for ever. */
  private startReceipt(opened: Step<S>): CommandReceipt {
    const { bodyHash, startKey } = this.input;
    return this.receipt({ id: startKey, bodyHash, origin: this.input.origin }, 'start', opened);
  }

  private receipt(
    { id, bodyHash, origin }: Pick<CommandEnvelope, 'id' | 'bodyHash' | 'origin'>,
    command: string,
    { state }: Step<S>,
  ): CommandReceipt {
    return {
      id,
      command,
      bodyHash,
      seq: state.seq,
      answer: { no: state.no, seq: state.seq, snapshot: snapshotOf(state) },
      ...(origin ? { origin: passedOn(origin) } : {}),
    };
  }

  private decide(name: string, envelope: CommandEnvelope, at: number): Step<S> | Refusal {
    const { seq, changedSeq } = this.state;
    if (envelope.ifSeq !== undefined && (envelope.ifSeq < changedSeq || envelope.ifSeq > seq)) {
      return refuse('stale', { current: seq });
    }
    const command = {
      name: name as CommandName,
      id: envelope.id,
      by: envelope.by,
      occurredAt: envelope.occurredAt,
      data: envelope.data,
    } as Command;
    return runCommand(this.family, this.state, command, at);
  }

  private preview({ name, envelope, at }: PreviewRequest): Preview {
    const step = this.decide(name, envelope, at);
    return isRefusal(step) ? { refusal: step } : { events: step.events, snapshot: snapshotOf(step.state) };
  }

  /** Another case tells what it knows. A signal is a fact: one that is of no use any more changes nothing. */
  private hear({ id, command, data }: ToldEnvelope): void {
    if (this.seen.has(id)) return;
    const step = runCommand(this.family, this.state, { name: command, id, by: SYSTEM, data } as Command, Date.now());
    if (isRefusal(step)) {
      log.info('told what is of no use any more', { no: this.state.no, command, refused: step.refused });
      return;
    }
    this.remember({ id, bodyHash: id, seq: step.state.seq });
    this.commit(step);
  }

  private record(of: number, outcome: Draft): void {
    this.commit(recordEffect(this.family, this.state, outcome, of, Date.now()));
  }

  private commit(step: Step<S>, receipt?: CommandReceipt): void {
    if (step.events.length === 0) {
      this.changed = true;
      return;
    }
    this.state = step.state;
    this.changed = true;
    this.journal.append(step.events, receipt ? [receipt] : []);
    this.outbox.add(this.state, step.events, { origin: receipt?.origin, away: this.journal.isAway() });
    this.effects.add(this.state, step.events, { away: this.journal.isAway() });
    show(this.state, nextWake(this.family, this.state));
  }

  private remember(command: SeenCommand): void {
    this.seen.set(command.id, command);
    const oldest = this.seen.keys().next();
    if (this.seen.size > SEEN_MAX && !oldest.done) this.seen.delete(oldest.value);
  }

  private restore(carried: Carried): void {
    for (const command of carried.seen) this.seen.set(command.id, command);
    this.journal.append(carried.unwritten.events, carried.unwritten.receipts);
    this.outbox.restore(carried.unsent);
    this.effects.restore(carried.effects ?? []);
  }

  private mustRollOver(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= (this.input.rollOverAt ?? Number.POSITIVE_INFINITY);
  }

  /** Never inside a handler, and only when no command is half done: what comes now goes to the next run. */
  private async rollOver(): Promise<void> {
    await condition(() => allHandlersFinished() && this.journal.isSafeToLeave());
    this.timer.disarm();
    const { opening, startKey, bodyHash, rollOverAt } = this.input;
    const carried: Carried = {
      state: this.state,
      seen: [...this.seen.values()],
      unsent: this.outbox.carry(),
      effects: this.effects.carry(),
      unwritten: this.journal.carry(),
    };
    await continueAsNew<(input: CaseInput<O>) => Promise<unknown>>({
      opening,
      startKey,
      bodyHash,
      rollOverAt,
      carried,
    });
  }
}
