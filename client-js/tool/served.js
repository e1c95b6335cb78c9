// What a server serves of a source file: without lines that are only a comment, and without indentation.
// Comments have lines of their own in src/, so that this is all it takes.

/** @param {string} source */
export const served = (source) =>
  source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !/^(\/\/|\/\*|\*)/.test(line))
    .join('\n');
