import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { temporal } from '@temporalio/proto';
import { NO_CALL_STACKS, TSX } from '../stack/node-service';
import type { ReplayWork } from './programs/replay';
import { doCommands, eightCommands, startComplaint } from './support/complaint';
import { wholeFloor } from './support/floor-client';
import { closedLoop } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';

/** A bare workflow that takes so many updates has about as many events as a complaint of eight commands. */
const FLOOR_UPDATES = 15;

type History = temporal.api.history.v1.IHistory;

/** M8: events replayed a second: whole complaints, and bare workflows of about as many events without a codec. */
export const m8: Measure = { id: 'M8', run };

async function run({ place, api, sizes }: Bench): Promise<Row[]> {
  const { clients, histories, rounds } = sizes;
  const [cases, bare]: [History[], History[]] = [[], []];
  await closedLoop(clients, histories, async () => {
    const no = await startComplaint(api);
    await doCommands(api, no, eightCommands(Date.now()));
    cases.push(await place.client.workflow.getHandle(no).fetchHistory());
  });
  await closedLoop(clients, histories, async () => {
    const id = await wholeFloor(place, 'writesOneRow', FLOOR_UPDATES);
    bare.push(await place.floor.workflow.getHandle(id).fetchHistory());
  });
  const [ourSide, floorSide] = await Promise.all([
    Replayer.open(['--require', NO_CALL_STACKS], place.codecKeys, cases),
    Replayer.open([], null, bare),
  ]);
  const { ours, floor } = await interleaved(rounds, { ours: () => ourSide.round(), floor: () => floorSide.round() });
  ourSide.close();
  floorSide.close();
  const rate = ({ perSecond }: Figures): number => perSecond as number;
  return [
    {
      id: 'M8',
      what: 'history events replayed a second',
      floor: 'bare workflows of about as many events',
      ...{ value: rate(ours) / rate(floor), unit: '×', bar: { atLeast: 0.7 } },
      figures:
        `${rate(ours).toFixed(0)} /s; ${rate(floor).toFixed(0)} /s ` +
        `(${Math.round(ourSide.events / cases.length)} and ${Math.round(floorSide.events / bare.length)} events a case)`,
    },
  ];
}

/** Replays in a process of its own: ours as our worker is started, the floor's with the SDK as it comes. */
class Replayer {
  private constructor(
    private readonly child: ChildProcess,
    /** In all of its histories. */
    readonly events: number,
  ) {}

  static async open(options: readonly string[], codecKeys: string | null, histories: readonly History[]) {
    const child = fork(require.resolve('./programs/replay'), { execArgv: [...options, ...TSX] });
    const encoded = histories.map((each) => {
      return Buffer.from(temporal.api.history.v1.History.encode(each).finish()).toString('base64');
    });
    return new Replayer(child, await asked(child, { codecKeys, histories: encoded }));
  }

  async round(): Promise<Figures> {
    return { perSecond: (this.events * 1000) / (await asked(this.child, 'round')) };
  }

  close(): void {
    this.child.kill();
  }
}

/** @throws when it ends instead of answering. */
async function asked(child: ChildProcess, message: ReplayWork | 'round'): Promise<number> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the replaying process has ended')));
  child.send(message);
  return (await Promise.race([once(child, 'message'), ended]))[0] as number;
}
