package io.millrace;

import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;

/** What the groups of {@link MillraceOptions} have in common. */
abstract class OptionGroups<T extends OptionGroups<T>> {

  /** All groups, by their keys in JSON. */
  final OptionGroup groups = new OptionGroup("MillraceOptions");

  abstract T self();

  final <V> T set(Option<V> option, V value) {
    option.set(value);
    return self();
  }
}
