// Socket.IO for benchmarks/fallback: `node fallback.js <port> <folder of the page>`. Sends every number that it reads
// from its standard input, and says so; ends with it. Clients that were away get what they missed, if they are soon back.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Server } from 'socket.io';

const [port, folder] = process.argv.slice(2);
const library = new URL('./node_modules/socket.io/client-dist/socket.io.min.js', import.meta.url);
const files = {
  '/': ['text/html', join(folder, 'page.html')],
  '/recorder.js': ['text/javascript', join(folder, 'recorder.js')],
  '/start.js': ['text/javascript', join(folder, 'socketio.js')],
  '/library.js': ['text/javascript', library],
};

const server = createServer((request, response) => {
  const [type, file] = files[request.url] ?? [];
  response.writeHead(file ? 200 : 404, type ? { 'Content-Type': type } : {});
  response.end(file ? readFileSync(file) : '');
});
const io = new Server(server, { serveClient: false, connectionStateRecovery: {} });

createInterface({ input: process.stdin })
  .on('line', (line) => io.emit('number', Number(line)))
  .on('close', () => process.exit());
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
