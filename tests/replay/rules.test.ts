import { silence } from '../workflows/support/world';
import { PRESENT } from './histories';
import { otherRules } from './release';
import { strangers } from './strangers';

/** A case keeps the rules of its opening (domain/rules.ts). */

jest.setTimeout(60_000);
beforeAll(silence);

test('by other rules, those would break that have come to where the ways part, and no others', async () => {
  const names = [
    ...['part-left-behind', 'rated-low', 'rated-low-former'],
    ...['repair-in-other-hands', 'repair-in-other-hands-former', 'repair-relieved'],
  ];
  const broken = await strangers(PRESENT, await otherRules('the domain'));
  expect(broken.sort()).toEqual(names.map((name) => `${PRESENT}/${name}`));
});

test('by the other rule of the loop, a case would break that was recorded under this one', async () => {
  const broken = await strangers(PRESENT, await otherRules('the loop'));
  expect(broken).toContain(`${PRESENT}/repair-many-hands`);
});
