/** @import * as api from '../millrace.js' */

/**
 * An error as the application gets it.
 * @noinline
 * @param {string} message
 * @param {object} [fields]
 * @returns {api.MillraceError}
 */
export const failure = (message, fields) => Object.assign(Error(message), fields);

/**
 * Whether Millrace itself has refused for good. Only its own codes say so: what anything on the way answers
 * may pass. They come in error frames, and over HTTP in problems (RFC 9457).
 * @param {any} error
 */
export const isFinal = (error) =>
  /^(bad-request|unauthorized|forbidden|conflict|too-large|unsupported-media-type)$/.test(error?.code);
