import { Millrace } from '/live/millrace.js';

window.connect = () => {
  const live = new Millrace('/live');
  live.on('transport', ({ name }) => window.uses(name));
  window.trace = () => live.trace();
  live.on('gap', window.hasGap);
  live.subscribe('numbers', ({ data }) => window.received(data));
};
window.ready = true;
