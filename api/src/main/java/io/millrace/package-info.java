/** What an application uses: channels, messages, cursors. */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
