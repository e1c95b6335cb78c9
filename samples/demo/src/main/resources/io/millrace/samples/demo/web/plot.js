// Latency over time on a logarithmic scale: a dot for each message.

const SPAN_MS = 30_000;
const LOW = 0.1;
const HIGH = 20_000;
const LINES = [
  [1, '1 ms'],
  [100, '100 ms'],
  [10_000, '10 s'],
];

/** @param {number} latency @param {number} height */
const y = (latency, height) => {
  const share = Math.log(latency / LOW) / Math.log(HIGH / LOW);
  return height - 4 - Math.min(1, Math.max(0, share)) * (height - 8);
};

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import('./lane.js').Lane} lane
 */
export function plot(canvas, lane) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const style = getComputedStyle(canvas);
  const now = performance.now();
  const x = (at) => width * (1 - (now - at) / SPAN_MS);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);

  pen.font = `10px ${style.fontFamily}`;
  pen.lineWidth = 1;
  for (const [latency, label] of LINES) {
    const line = Math.round(y(latency, height)) + 0.5;
    pen.strokeStyle = style.getPropertyValue('--line');
    pen.beginPath();
    pen.moveTo(0, line);
    pen.lineTo(width, line);
    pen.stroke();
    pen.fillStyle = style.getPropertyValue('--faint');
    // The topmost label has no room above its line.
    pen.fillText(label, 2, line < 13 ? line + 11 : line - 3);
  }

  // The background is shaded while the lane was down.
  pen.fillStyle = style.getPropertyValue('--down');
  let from = 0;
  const shade = (to) => pen.fillRect(x(from), 0, x(to) - x(from), height);
  for (const { at, label } of lane.marks) {
    if (label === 'down') from = at;
    else if (label === 'up' && from) {
      shade(at);
      from = 0;
    }
  }
  if (from) shade(now);
  pen.strokeStyle = style.getPropertyValue('--muted');
  pen.setLineDash([2, 3]);
  for (const { at, label } of lane.marks) {
    if (label !== 'switch' || now - at > SPAN_MS) continue;
    pen.beginPath();
    pen.moveTo(x(at), 0);
    pen.lineTo(x(at), height);
    pen.stroke();
  }
  pen.setLineDash([]);

  pen.fillStyle = style.getPropertyValue('--hue');
  for (let i = lane.samples.length - 1; i >= 0 && now - lane.samples[i].at < SPAN_MS; i--) {
    const { at, latency } = lane.samples[i];
    pen.fillRect(x(at) - 1.25, y(latency, height) - 1.25, 2.5, 2.5);
  }
}
