// Socket.IO: a room for each channel.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { run } from './control.js';

const server = createServer();
const io = new Server(server, { serveClient: false, perMessageDeflate: false });

io.on('connection', (socket) => {
  socket.on('subscribe', (channel, acknowledge) => {
    socket.join(channel);
    acknowledge();
  });
});

run(server, (channel, payload) => io.to(channel).emit('message', payload));
