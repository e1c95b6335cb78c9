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
 * The same of an error within, with the channels that it concerns.
 * @noinline
 * @param {any} error
 * @param {string[]} channels
 * @param {string} [message] instead of its own
 */
export const concerning = (error, channels, message = error.message) =>
  failure(message, { code: error.code, status: error.status, channels });

/** Something on the way has answered in the server's place. */
export const FOREIGN = 'not an answer of Millrace';

// Millrace's own codes: those that refuse for good, those that ask to try again, and the others. They come in
// error frames, and over HTTP in problems (RFC 9457). What something on the way answers is none of them.
const CODE =
  /^((bad-request|unauthorized|forbidden|conflict|too-large|unsupported-media-type)|(rate-limited|unavailable|timeout)|not-found|method-not-allowed|upgrade-required|internal)$/;

/** @param {any} error */
export const own = (error) => CODE.exec(error?.code) ?? [];

/**
 * Whether Millrace itself has refused for good.
 * @param {any} error
 */
export const isFinal = (error) => own(error)[2];
