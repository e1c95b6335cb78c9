package io.millrace.internal;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map that forgets its oldest entries when there are too many, or when they take too much. Not
 * safe for use by several threads.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class BoundedMap<K, V> {

  /** How many entries {@link #forgetOldest} removes, so that no call takes long. */
  private static final int FORGOTTEN_AT_ONCE = 8;

  private final Map<K, V> oldestFirst;
  private final IntSupplier most;
  private final LongSupplier mostCost;
  private final ToLongBiFunction<K, V> costOf;
  private long cost;

  private BoundedMap(
      Map<K, V> oldestFirst,
      IntSupplier most,
      LongSupplier mostCost,
      ToLongBiFunction<K, V> costOf) {
    this.oldestFirst = oldestFirst;
    this.most = most;
    this.mostCost = mostCost;
    this.costOf = costOf;
  }

  /**
   * Makes a map that forgets what was put first.
   *
   * @param most how many entries it keeps
   */
  public BoundedMap(IntSupplier most) {
    this(most, () -> 0, (key, value) -> 0);
  }

  /**
   * Makes a map that forgets what was put first, and whose entries cost something.
   *
   * @param most how many entries it keeps
   * @param mostCost what all entries may cost
   * @param costOf what an entry costs, always the same
   */
  public BoundedMap(IntSupplier most, LongSupplier mostCost, ToLongBiFunction<K, V> costOf) {
    this(new LinkedHashMap<>(), most, mostCost, costOf);
  }

  /**
   * Makes a map that forgets what was not used for the longest time: neither put nor got.
   *
   * @param most how many entries it keeps
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return an empty map
   */
  public static <K, V> BoundedMap<K, V> byUse(int most) {
    return new BoundedMap<>(
        new LinkedHashMap<>(16, 0.75f, true), () -> most, () -> 0, (key, value) -> 0);
  }

  /**
   * Returns the value of a key.
   *
   * @param key the key
   * @return its value, if it has one
   */
  public @Nullable V get(K key) {
    return oldestFirst.get(key);
  }

  /**
   * Puts an entry; one that replaces another takes its place. Then the oldest entries are
   * forgotten, perhaps including this one.
   *
   * @param key the key
   * @param value its value
   */
  public void put(K key, V value) {
    V replaced = oldestFirst.put(key, value);
    cost += costOf.applyAsLong(key, value);
    if (replaced != null) {
      cost -= costOf.applyAsLong(key, replaced);
    }
    if (isTooMuch()) {
      Iterator<Map.Entry<K, V>> oldest = oldestFirst.entrySet().iterator();
      while (isTooMuch() && oldest.hasNext()) {
        Map.Entry<K, V> forgotten = oldest.next();
        cost -= costOf.applyAsLong(forgotten.getKey(), forgotten.getValue());
        oldest.remove();
      }
    }
  }

  private boolean isTooMuch() {
    return oldestFirst.size() > most.getAsInt() || cost > mostCost.getAsLong();
  }

  /**
   * Removes the entry of a key, if there is one.
   *
   * @param key the key
   * @return the value that it had
   */
  public @Nullable V remove(K key) {
    V removed = oldestFirst.remove(key);
    if (removed != null) {
      cost -= costOf.applyAsLong(key, removed);
    }
    return removed;
  }

  /**
   * Forgets some of the oldest entries, up to the first one that is still needed. If it is called
   * at least as often as {@link #put}, it keeps up.
   *
   * @param unneeded whether a value is not needed any more
   */
  public void forgetOldest(Predicate<V> unneeded) {
    Iterator<Map.Entry<K, V>> oldest = oldestFirst.entrySet().iterator();
    for (int i = 0; i < FORGOTTEN_AT_ONCE && oldest.hasNext(); i++) {
      Map.Entry<K, V> forgotten = oldest.next();
      if (!unneeded.test(forgotten.getValue())) {
        return;
      }
      cost -= costOf.applyAsLong(forgotten.getKey(), forgotten.getValue());
      oldest.remove();
    }
  }

  /**
   * Gives each value to an action, the oldest first.
   *
   * @param action must not change the map
   */
  public void forEach(Consumer<V> action) {
    oldestFirst.values().forEach(action);
  }

  /** Forgets all entries. */
  public void clear() {
    oldestFirst.clear();
    cost = 0;
  }

  /** {@return how many entries there are} */
  public int size() {
    return oldestFirst.size();
  }

  /** {@return what all entries cost} */
  public long cost() {
    return cost;
  }
}
