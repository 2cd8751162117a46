import { SharedLookup } from '../../activities/shared-lookup';

/** A lookup that ends when the test says so. */
function looked() {
  const asked: { key: string; at: number; end: (answer: string) => void; fail: (error: Error) => void }[] = [];
  const lookup = new SharedLookup<string>(
    (key, at) => new Promise((end, fail) => void asked.push({ key, at, end, fail })),
  );
  return { asked, lookup };
}

test('whoever asks meanwhile shares the next lookup, as of the latest instant asked for', async () => {
  const { asked, lookup } = looked();
  const first = lookup.ask('lakeside', 1);
  const others = [3, 5, 4].map((at) => lookup.ask('lakeside', at));
  expect(asked).toMatchObject([{ at: 1 }]);
  asked[0]?.end('old');
  await expect(first).resolves.toBe('old');
  await new Promise(setImmediate);
  expect(asked).toMatchObject([{ at: 1 }, { at: 5 }]);
  asked[1]?.end('new');
  await expect(Promise.all(others)).resolves.toEqual(['new', 'new', 'new']);
  await new Promise(setImmediate);
  const later = lookup.ask('lakeside', 6);
  expect(asked).toHaveLength(3);
  asked[2]?.end('newest');
  await expect(later).resolves.toBe('newest');
});

test('another key waits for nobody', () => {
  const { asked, lookup } = looked();
  void lookup.ask('lakeside', 1);
  void lookup.ask('hillside', 1);
  expect(asked.map(({ key }) => key)).toEqual(['lakeside', 'hillside']);
});

test('one that fails fails for those who share it, and the next is asked', async () => {
  const { asked, lookup } = looked();
  const first = lookup.ask('lakeside', 1);
  const second = lookup.ask('lakeside', 2);
  asked[0]?.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await new Promise(setImmediate);
  asked[1]?.end('back');
  await expect(second).resolves.toBe('back');
});
