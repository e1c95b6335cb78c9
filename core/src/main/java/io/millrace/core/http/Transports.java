package io.millrace.core.http;

import io.millrace.spi.Transport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The transports of a node. Each can be switched off and on again. Safe on any thread. */
public final class Transports {

  private final List<Transport> all;
  private final Set<String> off = ConcurrentHashMap.newKeySet();

  /**
   * Makes an object whose transports are all in service.
   *
   * @param all the transports, the lowest rank first
   */
  public Transports(List<Transport> all) {
    this.all = all;
  }

  /** Returns the transports in service, the lowest rank first. */
  public List<Transport> inService() {
    return off.isEmpty() ? all : all.stream().filter(transport -> !isOff(transport)).toList();
  }

  /** Returns the transports out of service. */
  List<Transport> outOfService() {
    return off.isEmpty() ? List.of() : all.stream().filter(this::isOff).toList();
  }

  /** Returns whether a transport is out of service. */
  boolean isOff(Transport transport) {
    return off.contains(transport.name());
  }

  /**
   * Switches a transport on or off.
   *
   * @return whether it was in service until now, and is not any more
   * @throws IllegalArgumentException if there is none of this name
   */
  public boolean enable(String name, boolean enabled) {
    if (all.stream().noneMatch(transport -> transport.name().equals(name))) {
      throw new IllegalArgumentException(
          "No transport is named \""
              + name
              + "\"; there are "
              + all.stream().map(Transport::name).toList());
    }
    if (enabled) {
      off.remove(name);
      return false;
    }
    return off.add(name);
  }
}
