// Many clients of Millrace in one process, for benchmarks/fallback: `node crowd.js <port> <count>`. Says "connected"
// when all are connected. For each line that it reads, it waits until all have lost their connection and have another
// one, and says when each began to connect for the first time, and when it was connected. Ends with its input.
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { Millrace } from '../../client-js/src/millrace.js';

const [port, count] = process.argv.slice(2).map(Number);
let began = new Map();
let connected = new Map();

for (let i = 0; i < count; i++) {
  class Observed extends WebSocket {
    constructor(...args) {
      super(...args);
      if (!began.has(i)) began.set(i, Date.now());
    }
  }
  const live = new Millrace(`http://127.0.0.1:${port}/live`, { WebSocket: Observed, transports: ['websocket'] });
  live.on('state', (state) => {
    if (state == 'connected' && began.has(i) && !connected.has(i)) {
      connected.set(i, Date.now());
      if (connected.size == count) console.log(JSON.stringify({ began: [...began.values()], connected: [...connected.values()] }));
    }
  });
  live.subscribe('numbers', () => {});
}

createInterface({ input: process.stdin })
  .on('line', () => {
    began = new Map();
    connected = new Map();
    console.log('watching');
  })
  .on('close', () => process.exit());
