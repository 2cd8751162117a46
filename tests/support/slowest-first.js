const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes long begins first, so that no worker is left with it at the end. Without a cache Jest goes by file size. */
const SLOW = ['/tests/stories/stories-', '/tests/faults/', '/tests/replay/', '/tests/rebuild/', '/tests/api/'];

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => SLOW.findIndex((part) => path.includes(part)) + 1 || SLOW.length + 1;
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
