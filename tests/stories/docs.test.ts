import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatIssue } from '../../common/policy/issues';
import { caseState, expectation } from '../../story/format/expectations';
import { COMMANDS } from '../../story/format/requests';
import { ACTIONS, story } from '../../story/format/story';
import { parseStory } from '../../story/parse';
import { COMMAND_DEFAULTS } from '../../story/plan/defaults';

/** docs/stories.md is all that people have who write stories: its examples are stories, and it names every key. */
const text = readFileSync(resolve(__dirname, '../../docs/stories.md'), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

function whole(block: string): string {
  if (block.startsWith('story:')) return block;
  if (/^ *- /.test(block)) return `story: x\nsteps:\n${block.startsWith('-') ? '' : '  '}- complaint: {}\n${block}`;
  return `story: x\n${block}steps:\n  - say: x\n`;
}

test('there are examples', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
});

test.each(blocks)('an example is a story: %#', (block) => {
  const parsed = parseStory(whole(block), 'docs/stories.md');
  expect(parsed.ok ? [] : parsed.issues.map(formatIssue)).toEqual([]);
});

test.each([
  ['a key of the file', Object.keys(story.shape)],
  ['an action', ACTIONS],
  ['a key of what must hold', Object.keys(expectation.shape)],
  ['a field of the case', Object.keys(caseState.shape)],
])('%s is described', (_what, names) => {
  expect(names.filter((name) => !text.includes(`\`${name}`) && !text.includes(`${name}:`))).toEqual([]);
});

test('every command has its defaults where it needs a text', () => {
  expect(Object.keys(COMMAND_DEFAULTS).filter((command) => !COMMANDS.includes(command))).toEqual([]);
});
