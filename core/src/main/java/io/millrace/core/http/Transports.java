package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.spi.Transport;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The transports of a node, and which of them serves a request. Each can be switched off and on
 * again. Safe on any thread.
 */
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

  /**
   * Returns the transport that a request asks for: the first that accepts it, by rank.
   *
   * @throws MillraceException {@link MillraceException.Code#NOT_FOUND} if there is none in service
   */
  Transport negotiated(HttpServerRequest request) {
    List<Transport> inService = inService();
    for (Transport transport : inService) {
      if (transport.accepts(request)) {
        return transport;
      }
    }
    throw refusal(
        MillraceException.Code.NOT_FOUND, "No transport in service accepts this request.");
  }

  /**
   * Returns the transport that a path names.
   *
   * @throws MillraceException {@link MillraceException.Code#NOT_FOUND} if there is none, {@link
   *     MillraceException.Code#TRANSPORT_OFF} if it is out of service
   */
  Transport forced(String name) {
    for (Transport transport : all) {
      if (transport.name().equals(name)) {
        if (isOff(transport)) {
          throw refusal(
              MillraceException.Code.TRANSPORT_OFF, "The transport " + name + " is switched off.");
        }
        return transport;
      }
    }
    throw refusal(MillraceException.Code.NOT_FOUND, "There is nothing here.");
  }

  private MillraceException refusal(MillraceException.Code code, String why) {
    return new MillraceException(
        code, why + " Transports in service are " + names(inService()) + ".");
  }

  private static String names(List<Transport> transports) {
    return String.join(", ", transports.stream().map(Transport::name).toList());
  }

  /**
   * Lets a transport that is out of service refuse a request in its own way, because an EventSource
   * would give up for good after any other transport's answer. Returns whether one has.
   */
  boolean refused(HttpServerRequest request) {
    if (off.isEmpty()) {
      return false;
    }
    for (Transport transport : all) {
      if (isOff(transport)
          && transport.accepts(request)
          && transport.refuse(request, Attaching.comeBack())) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a transport is out of service. */
  boolean isOff(Transport transport) {
    return isOff(transport.name());
  }

  /** Returns whether a transport is out of service. */
  public boolean isOff(String name) {
    return off.contains(name);
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
