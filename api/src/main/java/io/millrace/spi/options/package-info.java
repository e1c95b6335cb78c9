/**
 * For authors of plug-ins that have options. An option is declared once, with its key, its form in
 * JSON, its bounds and its default:
 *
 * <pre>{@code
 * private final OptionGroup options = new OptionGroup("NatsOptions");
 * private final Option<Integer> prefetch =
 *     options.option("prefetch", Form.INT).atLeast(1).initially(500);
 *
 * public int prefetch() {
 *   return prefetch.get();
 * }
 *
 * public NatsOptions setPrefetch(int value) {
 *   prefetch.set(value);
 *   return this;
 * }
 * }</pre>
 *
 * <p>What the declarations have in common is done by their {@link
 * io.millrace.spi.options.OptionGroup}: it reads all of them from JSON, writes them to JSON, and
 * copies them. An {@link io.millrace.spi.options.Option} checks its values. A {@link
 * io.millrace.spi.options.Form} says what a value looks like in JSON; times are numbers of
 * milliseconds.
 */
@NullMarked
package io.millrace.spi.options;

import org.jspecify.annotations.NullMarked;
