import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HomeBusyError, isAbandoned, takeLock } from '../../stack/lock';
import { testFolder } from '../support/servers';
import { killScripts, startScript } from './fixtures/start';

jest.setTimeout(30_000);

afterEach(killScripts);

test('a second start on the same folder is told which process has it', async () => {
  const folder = testFolder();
  writeFileSync(`${folder}.go`, '');
  const holder = startScript('lock-holder', [folder]);
  await holder.says('held');

  const refusal = await takeLock(folder).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(HomeBusyError);
  expect((refusal as HomeBusyError).pid).toBe(holder.pid);
  expect((refusal as HomeBusyError).message).toContain(`kill ${holder.pid}`);
  expect(isAbandoned(folder)).toBe(false);
});

test('after kill -9 of the holder the folder is free', async () => {
  const folder = testFolder();
  writeFileSync(`${folder}.go`, '');
  const holder = startScript('lock-holder', [folder]);
  await holder.says('held');
  holder.kill('SIGKILL');
  await holder.ended;
  expect(isAbandoned(folder)).toBe(true);

  const release = await takeLock(folder);

  expect(readdirSync(join(folder, 'lock'))).toEqual([expect.stringMatching(`^${process.pid}\\.`), expect.anything()]);
  release();
  expect(readdirSync(join(folder, 'lock'))).toEqual([]);
});

test('a pid that was given to another process since then holds nothing', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'lock'));
  // This process runs, but it isn't the one that started at that moment.
  for (const suffix of ['', '.held']) writeFileSync(join(folder, 'lock', `${process.pid}.earlier-1${suffix}`), '');

  const release = await takeLock(folder);

  expect(existsSync(join(folder, 'lock', `${process.pid}.earlier-1`))).toBe(false);
  release();
});

test('a process that has the folder can not take it twice', async () => {
  const folder = testFolder();
  const release = await takeLock(folder);

  await expect(takeLock(folder)).rejects.toBeInstanceOf(HomeBusyError);

  release();
  const again = await takeLock(folder);
  again();
});

test('of five starts at the same moment exactly one gets the folder', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'lock'));
  writeFileSync(join(folder, 'lock', '999999999.killed-1'), '');
  const starts = Array.from({ length: 5 }, () => startScript('lock-holder', [folder]));
  await Promise.all(starts.map((start) => start.says('waiting')));

  writeFileSync(`${folder}.go`, '');
  const outputs = await Promise.all(starts.map((start) => start.says(/held|refused/)));

  expect(outputs.filter((output) => output.includes('held'))).toHaveLength(1);
});
