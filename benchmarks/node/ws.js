// ws: a set of clients for each channel, and a loop that sends to each of them.
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { run } from './control.js';

const server = createServer();
const channels = new Map();

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (client, request) => {
  const name = request.url.split('/')[2];
  const clients = channels.get(name) ?? new Set();
  channels.set(name, clients.add(client));
  client.on('error', () => {}); // A close follows.
  client.on('close', () => clients.delete(client));
});

run(server, (channel, payload) => {
  const data = Buffer.from(payload);
  for (const client of channels.get(channel) ?? []) {
    if (client.readyState === WebSocket.OPEN) {
      client.send(data);
    }
  }
});
