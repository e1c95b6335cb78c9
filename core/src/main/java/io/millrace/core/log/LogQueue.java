package io.millrace.core.log;

import java.util.Arrays;

/**
 * Items in the order of their sequence numbers: added at the end, dropped at the front, found by
 * sequence number.
 */
final class LogQueue<T extends LogItem> {

  private static final int LEAST_CAPACITY = 4;

  private Object[] slots = new Object[LEAST_CAPACITY];
  private int front;
  private int size;
  private long bytes;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Returns how many bytes all items together take of the heap. */
  long bytes() {
    return bytes;
  }

  @SuppressWarnings("unchecked")
  T get(int index) {
    return (T) slots[(front + index) & (slots.length - 1)];
  }

  T first() {
    return get(0);
  }

  void add(T item) {
    if (size == slots.length) {
      resize(slots.length * 2);
    }
    slots[(front + size) & (slots.length - 1)] = item;
    size++;
    bytes += item.held;
  }

  @SuppressWarnings("NullAway") // An empty slot is never read.
  T removeFirst() {
    T item = first();
    slots[front] = null;
    front = (front + 1) & (slots.length - 1);
    size--;
    bytes -= item.held;
    if (size < slots.length / 4 && slots.length > LEAST_CAPACITY) {
      resize(slots.length / 2);
    }
    return item;
  }

  void clear() {
    slots = new Object[LEAST_CAPACITY];
    front = 0;
    size = 0;
    bytes = 0;
  }

  /** Returns the index of the first item beyond a sequence number, or the size if there is none. */
  int indexAfter(long seq) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).seq <= seq) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void resize(int capacity) {
    Object[] resized = Arrays.copyOfRange(slots, front, front + capacity);
    int wrapped = front + size - slots.length;
    if (wrapped > 0) {
      System.arraycopy(slots, 0, resized, size - wrapped, wrapped);
    }
    Arrays.fill(resized, size, capacity, null);
    slots = resized;
    front = 0;
  }
}
