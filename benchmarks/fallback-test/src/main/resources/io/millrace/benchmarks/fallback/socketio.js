import '/library.js';

window.connect = () => {
  const socket = window.io();
  socket.on('connect', () => {
    window.uses(socket.io.engine.transport.name);
    socket.io.engine.on('upgrade', (transport) => window.uses(transport.name));
  });
  socket.on('number', (number) => window.received(number));
};
window.ready = true;
