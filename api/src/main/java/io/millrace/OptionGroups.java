package io.millrace;

import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the groups of {@link MillraceOptions} have in common. */
abstract class OptionGroups<T extends OptionGroups<T>> {

  /** All groups, by their keys in JSON. */
  final OptionGroup groups = new OptionGroup("MillraceOptions");

  abstract T self();

  final <V> T set(Option<V> option, V value) {
    option.set(value);
    return self();
  }

  final <V> T add(Option<Set<V>> option, V value) {
    Set<V> more = new LinkedHashSet<>(option.get());
    more.add(value);
    return set(option, Collections.unmodifiableSet(more));
  }
}
