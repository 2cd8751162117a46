// Loaded into a worker process and each of its threads: collects garbage in all of them when it is asked to, and says
// how much memory is used then. `node --require` hands it on to worker threads.
const process = require('node:process');
const { setTimeout } = require('node:timers');
const { BroadcastChannel, isMainThread, threadId } = require('node:worker_threads');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const channel = new BroadcastChannel('guanjia-bench-memory');

function collected() {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

if (isMainThread) {
  globalThis.guanjiaBenchMemory = (patience) =>
    new Promise((resolve) => {
      const heaps = new Map();
      channel.onmessage = ({ data }) => {
        if (data.threadId !== undefined) heaps.set(data.threadId, data.heapUsed);
      };
      channel.ref();
      channel.postMessage({ collect: true });
      setTimeout(() => {
        channel.unref();
        const main = collected();
        const heap = [...heaps.values()].reduce((sum, bytes) => sum + bytes, main);
        resolve({ heap, rss: process.memoryUsage.rss(), threads: heaps.size });
      }, patience);
    });
} else {
  channel.onmessage = ({ data }) => {
    if (data.collect) channel.postMessage({ threadId, heapUsed: collected() });
  };
}
channel.unref();
