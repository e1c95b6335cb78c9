// Turns any text into one segment of a channel, and back. The server's `Channel` does the same.

/**
 * Turns any text into a channel segment: each UTF-16 code unit outside `[A-Za-z0-9-]` becomes `_`
 * and its four lower-case hex digits. The empty text becomes `_`.
 * @param {string} text
 */
export const encodeSegment = (text) => {
  if (typeof text != 'string') throw TypeError('encodeSegment needs a string');
  const escaped = text.replace(
    /[^A-Za-z0-9-]/g,
    (unit) => `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped || '_';
};

/**
 * Returns the text that a segment was made from.
 * @param {string} segment
 */
export const decodeSegment = (segment) => {
  const text =
    segment == '_'
      ? ''
      : `${segment}`.replace(/_[\da-f]{4}/g, (unit) => String.fromCharCode(parseInt(unit.slice(1), 16)));
  if (typeof segment != 'string' || encodeSegment(text) != segment) {
    throw Error(`Not made by encodeSegment: ${segment}`);
  }
  return text;
};
