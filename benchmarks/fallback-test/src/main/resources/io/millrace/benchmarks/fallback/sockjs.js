// SockJS does not reconnect by itself; its applications do, after a second.
import '/library.js';

window.connect = () => {
  const socket = new window.SockJS('/sockjs');
  socket.onopen = () => window.uses(socket.transport);
  socket.onmessage = ({ data }) => window.received(Number(data));
  socket.onclose = () => setTimeout(window.connect, 1000);
};
window.ready = true;
