import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from '../../../story/check/check';
import { storyEnv } from '../../../story/env';
import { playStory, type StoryResult } from '../../../story/play';
import type { StoryEnv } from '../../../story/world/world';
import { TYPESCRIPT } from '../../support/program';
import { createTestDatabase, testFolder, timeSkippingServer } from '../../support/servers';
import { mutations } from './mutate';

const FOLDER = resolve(__dirname, '../../../stories');
const SECOND = 1_000;
/** As many files as `stories-*.test.ts`: Jest shares files out, not the tests in them. */
const PARTS = 4;

export interface Played {
  readonly result: StoryResult;
  readonly timeline: string;
}

/** Starts what stories are played in, for the suite. @returns how one is played: path of the file to result. */
export function stage(): (file: string) => Promise<Played> {
  let env: StoryEnv & { close(): Promise<void> };
  beforeAll(async () => {
    const servers = { createDatabase: createTestDatabase, testServer: timeSkippingServer() };
    env = await storyEnv(servers, testFolder(), TYPESCRIPT);
  }, 60_000);
  afterAll(() => env.close());
  return async (file) => {
    const lines: string[] = [];
    const result = await playStory(file, env, { print: (line) => lines.push(line) });
    return { result, timeline: lines.join('\n') };
  };
}

/** Plays every `PARTS`th story of stories/ on real servers, and shows that none of them would miss a second. */
export function playStories(part: number): void {
  const play = stage();
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort();

  describe.each(files.filter((_name, index) => index % PARTS === part - 1))('%s', (name) => {
    let played: Played;

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
}
