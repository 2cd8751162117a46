import { wholeFloor } from './support/floor-client';
import { doCommands, eightCommands, startComplaint } from './support/complaint';
import { closedLoop, timed } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';

const COMMANDS = 8;

/** M2: whole complaints a second over HTTP, each of eight commands with the read model behind every answer. */
export const m2: Measure = { id: 'M2', run };

async function run({ place, api, sizes }: Bench): Promise<Row[]> {
  const { clients, cases, rounds } = sizes;
  const rate = async (whole: () => Promise<unknown>): Promise<Figures> => {
    const ms = await timed(() => closedLoop(clients, cases, async () => void (await whole())));
    return { perSecond: (cases * 1000) / ms };
  };
  const rates = await interleaved(rounds, {
    ours: () => rate(async () => doCommands(api, await startComplaint(api), eightCommands(Date.now()))),
    atOnce: () => rate(() => wholeFloor(place, 'answersAtOnce', COMMANDS)),
    oneRow: () => rate(() => wholeFloor(place, 'writesOneRow', COMMANDS)),
  });
  const perSecond = (figures: Figures): number => figures.perSecond as number;
  const ours = perSecond(rates.ours);
  const row = (floor: string, against: number, atLeast: number): Row => ({
    id: 'M2',
    what: 'whole complaints (8 commands) a second, read model included',
    floor,
    value: ours / against,
    unit: '×',
    bar: { atLeast },
    figures: `${ours.toFixed(1)} /s; ${against.toFixed(1)} /s`,
  });
  return [
    row('8 updates answered at once', perSecond(rates.atOnce), 0.6),
    row('8 updates, each writes one row', perSecond(rates.oneRow), 0.85),
    {
      ...{ id: 'M2', what: 'the same, with the embedded servers', floor: '–' },
      ...{ value: ours, unit: '/s', bar: { atLeast: 10 }, figures: `${(ours * COMMANDS).toFixed(0)} commands/s` },
    },
  ];
}
