import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testFolder } from '../support/servers';
import { stage } from './support/every-story';

/** The story that the documentation shows, and stories that do not hold. */

const play = stage();

const write = (text: string): string => {
  const file = join(testFolder(), 'story.yaml');
  writeFileSync(file, text);
  return file;
};

test('the first example of docs/stories.md plays', async () => {
  const docs = readFileSync(resolve(__dirname, '../../docs/stories.md'), 'utf8');
  const { result, timeline } = await play(write(/```yaml\n([\s\S]*?)```/.exec(docs)?.[1] ?? ''));
  if (!result.ok) throw new Error(timeline);
  expect(result.checks).toBeGreaterThan(0);
}, 60_000);

describe('a story that does not hold', () => {
  test('says what was expected, what was, and shows the journal around it', async () => {
    const file = write(
      'story: wrong\nsteps:\n  - complaint: { subtype: water_cut }\n    then:\n      obligations:\n        acknowledge: { dueAt: 09:15:01 }\n',
    );
    const { result, timeline } = await play(file);
    expect(result.ok).toBe(false);
    expect(result.failures).toEqual([
      expect.objectContaining({
        what: 'obligations.acknowledge.dueAt',
        expected: '2026-11-23 09:15:01',
        actual: '2026-11-23 09:15 (1s earlier)',
        line: 5,
      }),
    ]);
    expect(timeline).toContain('✗ obligations.acknowledge.dueAt');
    expect(timeline).toMatch(/journal of case, events \d+ to \d+/);
    expect(timeline).toContain(`${file}:5`);
    expect(timeline).not.toContain('\u001b');
  }, 60_000);

  test('is not played on when a request got another answer', async () => {
    const { result, timeline } = await play(
      write('story: wrong\nsteps:\n  - complaint: { subtype: water_cut }\n  - do: close\n  - do: acknowledge\n'),
    );
    expect(result.failures).toEqual([expect.objectContaining({ what: 'close', expected: '2xx' })]);
    expect(timeline).toContain('the rest is not played');
  }, 60_000);
});
