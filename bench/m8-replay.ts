import type { temporal } from '@temporalio/proto';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { makeBundle } from '../worker/bundle';
import { floorBundle } from './floor/bundle';
import { doCommands, eightCommands, startComplaint } from './support/complaint';
import { wholeFloor } from './support/floor-client';
import { closedLoop, timed } from './support/load';
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
  const ourBundle = await makeBundle();
  const bareBundle = await floorBundle();
  const { dataConverter } = place;
  const { ours, floor } = await interleaved(rounds, {
    ours: () => replayed({ workflowBundle: ourBundle, dataConverter }, cases),
    floor: () => replayed({ workflowBundle: bareBundle }, bare),
  });
  const rate = ({ perSecond }: Figures): number => perSecond as number;
  return [
    {
      id: 'M8',
      what: 'history events replayed a second',
      floor: 'bare workflows of about as many events',
      ...{ value: rate(ours) / rate(floor), unit: '×', bar: { atLeast: 0.7 } },
      figures:
        `${rate(ours).toFixed(0)} /s; ${rate(floor).toFixed(0)} /s ` +
        `(${perCase(cases)} and ${perCase(bare)} events a case)`,
    },
  ];
}

async function replayed(options: ReplayWorkerOptions, histories: readonly History[]): Promise<Figures> {
  const named = histories.map((history, index) => ({ workflowId: `replayed-${index}`, history }));
  const ms = await timed(async () => {
    for await (const { error } of Worker.runReplayHistories(options, named)) if (error) throw error;
  });
  return { perSecond: (eventsOf(histories) * 1000) / ms };
}

function eventsOf(histories: readonly History[]): number {
  return histories.reduce((sum, { events }) => sum + (events?.length ?? 0), 0);
}

function perCase(histories: readonly History[]): number {
  return Math.round(eventsOf(histories) / histories.length);
}
