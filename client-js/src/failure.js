/** @import * as api from '../millrace.js' */

/**
 * Makes an error for the application.
 * @noinline
 * @param {string} message
 * @param {object} [fields]
 * @returns {api.MillraceError}
 */
export const failure = (message, fields) => Object.assign(Error(message), fields);

/**
 * Makes an error for the application from an internal one, with the channels that it concerns.
 * @noinline
 * @param {any} error
 * @param {string[]} channels
 * @param {string} [message] instead of its own
 */
export const concerning = (error, channels, message = error.message) =>
  failure(message, { code: error.code, status: error.status, channels });

/** Something between client and server, such as a proxy, has answered in the server's place. */
export const FOREIGN = 'the answer is not from Millrace';

/** The connection reads another log: nothing is wrong with its transport. @type {[string, object]} */
export const ANOTHER_LOG = ['another log', { code: 4200 }];
