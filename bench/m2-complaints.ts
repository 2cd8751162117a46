import { doCommands, eightCommands, eightRepairCommands, startComplaint, startRepair } from './support/complaint';
import { wholeComplaint } from './support/direct';
import { wholeFloor } from './support/floor-client';
import { closedLoop, timed } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';

const COMMANDS = 8;

/**
 * M2: whole complaints a second, each of eight commands that are answered when the read model has them. Like the floors,
 * they are sent to Temporal directly; and, beside that, over HTTP, whole repairs too.
 */
export const m2: Measure = { id: 'M2', run };

async function run({ place, api, sizes }: Bench): Promise<Row[]> {
  const { clients, cases, rounds } = sizes;
  const rate = async (whole: () => Promise<unknown>): Promise<Figures> => {
    const ms = await timed(() => closedLoop(clients, cases, async () => void (await whole())));
    return { perSecond: (cases * 1000) / ms };
  };
  const rates = await interleaved(rounds, {
    ours: () => rate(() => wholeComplaint(place)),
    atOnce: () => rate(() => wholeFloor(place, 'answersAtOnce', COMMANDS)),
    oneRow: () => rate(() => wholeFloor(place, 'writesOneRow', COMMANDS)),
    overHttp: () => rate(async () => doCommands(api, await startComplaint(api), eightCommands(Date.now()))),
    repairs: () => rate(async () => doCommands(api, await startRepair(api), eightRepairCommands(Date.now()))),
  });
  const ours = rates.ours.perSecond as number;
  const row = (floor: string, { perSecond }: Figures, atLeast: number): Row => ({
    id: 'M2',
    what: 'whole complaints (8 commands) a second, read model included',
    floor,
    value: ours / (perSecond as number),
    unit: '×',
    bar: { atLeast },
    figures: `${ours.toFixed(1)} /s; ${(perSecond as number).toFixed(1)} /s`,
  });
  return [
    row('8 updates answered at once', rates.atOnce, 0.6),
    row('8 updates, each writes one row', rates.oneRow, 0.85),
    overHttp('the same over HTTP, with the embedded servers', rates.overHttp),
    overHttp('whole repairs (8 commands) over HTTP, each offered to somebody on duty', rates.repairs),
  ];
}

function overHttp(what: string, { perSecond }: Figures): Row {
  const value = perSecond as number;
  const figures = `${(value * COMMANDS).toFixed(0)} commands/s`;
  return { id: 'M2', what, floor: '–', value, unit: '/s', bar: { atLeast: 10 }, figures };
}
