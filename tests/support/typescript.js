const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const options = require('./swc');

/**
 * `node --require` of this file has Node read TypeScript, as `--import tsx` does, for the processes that tests start by
 * the hundred: loading the product takes 0.7 s of a core instead of 1.8. What it saves are tsx's thread of loader hooks
 * and what was translated before, which is kept under the hash of its text, as Jest keeps what its workers load.
 */
const KEPT = resolve(__dirname, '../../node_modules/.cache/guanjia/swc');
const ABOUT = JSON.stringify([options, require('@swc/core/package.json').version]);

// Of an error in such a process the lines should be those of the source.
process.setSourceMapsEnabled(true);
mkdirSync(KEPT, { recursive: true });

Module._extensions['.ts'] = (module, file) => module._compile(translated(file), file);

function translated(file) {
  const text = readFileSync(file, 'utf8');
  const hash = createHash('sha256').update(`${ABOUT}\n${file}\n${text}`).digest('hex');
  const kept = join(KEPT, `${hash}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = require('@swc/core').transformSync(text, { ...options, filename: file, sourceMaps: 'inline' });
    keep(kept, code);
    return code;
  }
}

/** Written under another name first, so that nobody reads half of it. */
function keep(file, code) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, file);
}
