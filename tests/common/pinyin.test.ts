import { initialsOf } from '../../common/pinyin';

test.each([
  ['张伟', 'ZW'],
  ['欧阳修', 'OYX'],
  ['单雄信', 'SXX'],
  ['曾国藩', 'ZGF'],
  ['解晓东', 'XXD'],
  ['吕布', 'LB'],
  ['阿依古丽·买买提', 'AYGLMMT'],
  ['张 伟', 'ZW'],
  ['Zhang Wei', null],
  ['', null],
])('%s is typed as %s', (name, typed) => {
  expect(initialsOf(name)).toBe(typed);
});
