import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from '../../story/check/check';
import { storyEnv } from '../../story/env';
import { playStory, type StoryResult } from '../../story/play';
import type { StoryEnv } from '../../story/world/world';
import { createTestDatabase, testFolder, timeSkippingServer } from '../support/servers';
import { mutations } from './support/mutate';

/** Plays every story of stories/ on real servers, and shows that none of them would miss a second. */
const FOLDER = resolve(__dirname, '../../stories');
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const SECOND = 1_000;

let env: StoryEnv & { close(): Promise<void> };

beforeAll(async () => {
  env = await storyEnv({ createDatabase: createTestDatabase, testServer: timeSkippingServer() }, testFolder());
}, 60_000);

afterAll(async () => {
  await env.close();
});

async function play(file: string): Promise<{ result: StoryResult; timeline: string }> {
  const lines: string[] = [];
  const result = await playStory(file, env, { print: (line) => lines.push(line) });
  return { result, timeline: lines.join('\n') };
}

describe.each(files)('%s', (name) => {
  let played: { result: StoryResult; timeline: string };

  test('plays, and everything holds', async () => {
    played = await play(join(FOLDER, name));
    if (!played.result.ok) throw new Error(played.timeline);
    expect(played.result.checks).toBeGreaterThan(0);
  }, 180_000);

  test('a second more or less in any expected instant makes it fail', () => {
    const unseen = played.result.recorded.flatMap(({ check: expected, observation }) =>
      [SECOND, -SECOND].flatMap((by) =>
        mutations(expected, by)
          .filter(({ check: mutated }) => check(mutated, observation).every(({ ok }) => ok))
          .map(({ path }) => `line ${expected.line} ${expected.path}${path} by ${by} ms`),
      ),
    );
    expect(unseen).toEqual([]);
  });
});

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
