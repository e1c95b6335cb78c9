// A cursor is `<epoch>-<seq>`: everything up to it has been read.

/** @param {string} [cursor] */
export const epoch = (cursor) => cursor?.split('-')[0];

/**
 * Whether cursor `a` is after `b`, or cannot be compared with it. Compares digits, because the numbers may
 * exceed 2^53.
 * @param {string} [a]
 * @param {string} [b]
 */
export const newer = (a, b) =>
  !a || !b || epoch(a) != epoch(b) || (a.length == b.length ? a > b : a.length > b.length);

/**
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export const older = (a, b) => (newer(a, b) ? b : a);
