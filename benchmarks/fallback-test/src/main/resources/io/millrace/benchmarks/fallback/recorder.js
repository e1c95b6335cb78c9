// What the page has seen, in milliseconds since 1970.
const now = () => performance.timeOrigin + performance.now();
const seen = { started: 0, received: [], transports: [], gaps: 0 };

window.received = (number) => seen.received.push([number, now()]);
window.uses = (name) => seen.transports.push([name, now()]);
window.hasGap = () => seen.gaps++;

/** Connects; a script of each peer sets `connect`. */
window.begin = () => {
  seen.started = now();
  window.connect();
};
window.last = () => seen.received.at(-1)?.[0] ?? -1;
window.trace = () => [];
window.decisions = () => JSON.stringify(window.trace());
window.report = () => JSON.stringify(seen);
