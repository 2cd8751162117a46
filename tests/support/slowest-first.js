const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * What takes long begins first, so that no worker is left with it at the end. Without a cache, as on CI, Jest goes by the
 * size of the files, and the longest tests of the domain are files of a few lines. Pure tests of under a second come last.
 */
const SLOW = [
  ...['/tests/stories/stories-', '/tests/faults/', '/tests/replay/', '/tests/rebuild/', '/tests/api/'],
  ...[
    'engine.model.test.ts',
    '/tests/stories/',
    '/tests/stack/',
    '/tests/seen/',
    '/tests/db/',
    '/tests/workflows/',
    '/tests/delivery/',
  ],
  ...['/tests/policy/', '/tests/lint/'],
];

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => SLOW.findIndex((part) => path.includes(part)) + 1 || SLOW.length + 1;
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
