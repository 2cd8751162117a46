import fc from 'fast-check';
import { candidates, type Wanted } from '../../domain/candidates';
import type { DutyPerson } from '../../domain/roster';

function person(staff: string, over: Partial<DutyPerson> = {}): DutyPerson {
  return {
    staff,
    roles: ['engineering'],
    department: 'engineering',
    post: 'plumbing',
    zones: ['east'],
    skills: ['welding'],
    since: null,
    until: null,
    substituteFor: null,
    ...over,
  };
}

const WANTED: Wanted = { post: 'plumbing', skills: ['welding'], department: 'engineering', zone: 'east', passed: [] };
const NOTHING = new Map<string, number>();
const names = (
  people: readonly DutyPerson[],
  wanted: Partial<Wanted> = {},
  load: ReadonlyMap<string, number> = NOTHING,
) => candidates(people, { ...WANTED, ...wanted }, load).map(({ staff }) => staff);

describe('who may get a job', () => {
  it('is of the post and the zone first, then of the post, then of the department', () => {
    const people = [person('c', { post: 'lift' }), person('b', { zones: ['west'] }), person('a')];
    expect(candidates(people, WANTED, NOTHING)).toEqual([
      { staff: 'a', until: null, because: 'zone' },
      { staff: 'b', until: null, because: 'post' },
      { staff: 'c', until: null, because: 'department' },
    ]);
    expect(names(people, { zone: null })).toEqual(['a', 'b', 'c']);
    expect(candidates([person('a')], { ...WANTED, zone: null }, NOTHING)[0]?.because).toBe('post');
  });

  it('is among equals whoever owes least, then by id', () => {
    const people = [person('c'), person('b'), person('a'), person('d', { zones: [] })];
    const load = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 1],
    ]);
    // The zone counts for more than the load.
    expect(names(people, {}, load)).toEqual(['b', 'c', 'a', 'd']);
  });

  it.each<[string, Partial<DutyPerson>, Partial<Wanted>]>([
    ['without a skill', { skills: ['painting'] }, {}],
    ['with one skill of two', {}, { skills: ['welding', 'painting'] }],
    ['of another department', { department: 'security' }, {}],
    ['without a department', { department: null }, {}],
    ['without the role of the department', { roles: ['customer_service'] }, {}],
    ['who passed it on', {}, { passed: ['a'] }],
  ])('is nobody %s', (_what, over, wanted) => {
    expect(names([person('a', over)], wanted)).toEqual([]);
  });

  it('is the head where the department has no role of its own', () => {
    const people = [
      person('a', { department: 'gardening' }),
      person('b', { department: 'gardening', roles: ['department_head'] }),
    ];
    expect(names(people, { department: 'gardening' })).toEqual(['b']);
  });

  it('is named once, for the best of his duties', () => {
    const people = [
      person('a', { zones: ['west'], until: 1 }),
      person('a', { until: 2 }),
      person('a', { post: 'lift' }),
    ];
    expect(candidates(people, WANTED, NOTHING)).toEqual([{ staff: 'a', until: 2, because: 'zone' }]);
  });

  it('is the same whoever looks, in whatever order they come', () => {
    const anybody = fc.record({
      staff: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      post: fc.constantFrom('plumbing', 'lift', null),
      zones: fc.constantFrom<string[]>(['east'], ['west'], []),
      skills: fc.constantFrom<string[]>(['welding'], []),
    });
    const loads = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(anybody, { maxLength: 8 }), loads, fc.nat(), (drawn, load, turn) => {
        const people = drawn.map(({ staff, ...over }) => person(staff, over));
        const by = new Map(Object.entries(load));
        const cut = people.length === 0 ? 0 : turn % people.length;
        const order = names(people, {}, by);
        expect(names([...people.slice(cut), ...people.slice(0, cut)].reverse(), {}, by)).toEqual(order);
        expect(new Set(order).size).toBe(order.length);
        expect(new Set(order)).toEqual(
          new Set(people.filter(({ skills }) => skills.includes('welding')).map(({ staff }) => staff)),
        );
      }),
    );
  });
});
