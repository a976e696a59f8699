// node measure.js KIND COUNT: what measure.cc measures, with Node's own worker_threads.
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

const TRANSFER_BYTES = 16 * 1024;
const seconds = (start) => Number(process.hrtime.bigint() - start) / 1e9;
const print = (result) => console.log(JSON.stringify(result));

function awaitTurn(view, turn) {
  for (let seen = Atomics.load(view, 0); seen !== turn; seen = Atomics.load(view, 0)) {
    Atomics.wait(view, 0, seen);
  }
}
function passTurn(view, turn) {
  Atomics.store(view, 0, turn);
  Atomics.notify(view, 0, 1);
}

const inWorker = {
  one_way() {
    parentPort.once('message', (messages) => {
      for (let i = 0; i < messages; i++) parentPort.postMessage(i);
      parentPort.close();
    });
  },
  round_trip() {
    parentPort.on('message', (i) => parentPort.postMessage(i));
  },
  transfer({ count }) {
    let received = 0;
    parentPort.on('message', (buffer) => {
      if (buffer.byteLength === TRANSFER_BYTES && ++received === count) {
        parentPort.postMessage(received);
        parentPort.close();
      }
    });
  },
  shared({ count, memory }) {
    const view = new Int32Array(memory);
    for (let i = 0; i < count; i++) {
      awaitTurn(view, 1);
      passTurn(view, 0);
    }
  },
  start() {},
};

const start = (kind, data) => new Worker(__filename, { workerData: { kind, ...data } });

const inMain = {
  one_way(count) {
    const worker = start('one_way');
    let began;
    let received = 0;
    worker.on('online', () => { began = process.hrtime.bigint(); worker.postMessage(count); });
    worker.on('message', () => { if (++received === count) print({ seconds: seconds(began) }); });
  },
  round_trip(count) {
    const worker = start('round_trip');
    const times = [];
    let sent;
    const send = () => { sent = process.hrtime.bigint(); worker.postMessage(times.length); };
    worker.on('online', send);
    worker.on('message', () => {
      times.push(seconds(sent) * 1e6);
      if (times.length < count) return send();
      times.sort((a, b) => a - b);
      print({ p50_us: times[Math.floor(count / 2)], p99_us: times[Math.floor(count * 99 / 100)] });
      return worker.terminate();
    });
  },
  transfer(count) {
    const worker = start('transfer', { count });
    let began;
    worker.on('online', () => {
      began = process.hrtime.bigint();
      for (let i = 0; i < count; i++) {
        const buffer = new ArrayBuffer(TRANSFER_BYTES);
        worker.postMessage(buffer, [buffer]);
      }
    });
    worker.on('message', () => print({ seconds: seconds(began) }));
  },
  shared(count) {
    const memory = new SharedArrayBuffer(4);
    const view = new Int32Array(memory);
    const worker = start('shared', { count, memory });
    worker.on('online', () => {
      const began = process.hrtime.bigint();
      for (let i = 0; i < count; i++) {
        passTurn(view, 1);
        awaitTurn(view, 0);
      }
      print({ seconds: seconds(began) });
    });
  },
  start(count) {
    const began = process.hrtime.bigint();
    let ended = 0;
    const next = () => start('start').on('exit', () => {
      if (++ended < count) next(); else print({ seconds: seconds(began) });
    });
    next();
  },
};

if (isMainThread) {
  const [kind, count] = process.argv.slice(2);
  if (!(kind in inMain) || !(Number(count) > 0)) {
    console.error('usage: node measure.js one_way|round_trip|transfer|shared|start COUNT');
    process.exit(2);
  }
  inMain[kind](Number(count));
} else {
  inWorker[workerData.kind](workerData);
}
