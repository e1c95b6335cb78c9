/** The five techniques, best first, with their usual names. */
export const TECHNIQUES = [
  { name: 'websocket', label: 'WebSocket', about: 'One connection, both ways' },
  { name: 'sse', label: 'Server-Sent Events', about: 'One endless response' },
  { name: 'stream', label: 'HTTP streaming', about: 'JSON lines, read by fetch' },
  { name: 'longpoll', label: 'Long polling', about: 'Each answer waits for messages' },
  { name: 'poll', label: 'Polling', about: 'Asks again every few seconds' },
];

/** @param {string} [name] */
export const labelOf = (name) => TECHNIQUES.find((one) => one.name === name)?.label ?? name ?? '';
