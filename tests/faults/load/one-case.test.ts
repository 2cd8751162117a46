import { SECOND } from '../../../domain/instant';
import { CLERK, ROUTINE, text } from '../../domain/support';
import { Live } from '../../workflows/support/live';
import { expectSound } from '../../workflows/support/sound';
import { persistently } from './persistently';

jest.setTimeout(120_000);

/** Many commands for one case at once. The two thousand are in bench/faults/load. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
});
afterAll(() => live.close());

const COMMANDS = 200;
/** Temporal takes ten at once: without an order in the gateway, the others keep each other out for minutes. */
const WITHIN = 60 * SECOND;

test('two hundred commands at once: each is done once, without waiting for minutes, over several runs', async () => {
  const played = await live.start({ ...ROUTINE, rollOverAt: 200 });
  const begun = performance.now();
  const answers = await Promise.all(
    Array.from({ length: COMMANDS }, async (_, index) => {
      const ref = `note-${index}`;
      const envelope = { id: ref, bodyHash: ref, by: CLERK, data: { text: text(ref) } };
      const { seq } = await persistently(() => live.engine.command(played.no, 'note', envelope));
      return [ref, seq] as const;
    }),
  );
  expect(performance.now() - begun).toBeLessThan(WITHIN);
  const { events } = await expectSound(played, live.journal);
  const noted = events.flatMap((event) => (event.type === 'noted' ? [[event.data.text.ref, event.seq] as const] : []));
  expect(new Map(noted)).toEqual(new Map(answers));
  expect(noted).toHaveLength(COMMANDS);
  expect((await played.runs()).length).toBeGreaterThan(1);
});
