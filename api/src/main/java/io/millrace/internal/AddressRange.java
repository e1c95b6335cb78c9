package io.millrace.internal;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.Optional;

/**
 * An IP address, or a network in the notation of CIDR (RFC 4632, RFC 4291). Immutable.
 *
 * @param address 4 or 16 bytes
 * @param bits how many of its first bits all its addresses have in common
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record AddressRange(byte[] address, int bits) {

  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  /**
   * Reads an address or a network.
   *
   * @param text for example {@code 10.0.0.0/8}, {@code 192.0.2.1} or {@code 2001:db8::/32}
   * @return empty if it is neither
   */
  public static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    Optional<byte[]> address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    int most = 8 * address.get().length;
    if (slash < 0) {
      return Optional.of(new AddressRange(address.get(), most));
    }
    String bits = text.substring(slash + 1);
    return bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= most
        ? Optional.of(new AddressRange(address.get(), Integer.parseInt(bits)))
        : Optional.empty();
  }

  /**
   * Reads an address.
   *
   * @param text an address of IPv4 or IPv6
   * @return 4 or 16 bytes; empty if it is not an address. An IPv4 address that is mapped to IPv6 is
   *     an IPv4 address
   */
  public static Optional<byte[]> bytes(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null) {
      return Optional.empty();
    }
    boolean mapped =
        bytes.length > MAPPED.length
            && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
    return Optional.of(mapped ? Arrays.copyOfRange(bytes, MAPPED.length, bytes.length) : bytes);
  }

  /**
   * Writes an address.
   *
   * @param address 4 or 16 bytes
   * @return its text
   */
  public static String text(byte[] address) {
    return NetUtil.bytesToIpAddress(address);
  }

  /**
   * Returns whether it contains an address.
   *
   * @param other 4 or 16 bytes
   * @return whether it does
   */
  public boolean contains(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    int rest = 8 - bits % 8;
    return Arrays.equals(address, 0, whole, other, 0, whole)
        && (rest == 8 || (address[whole] & 0xff) >> rest == (other[whole] & 0xff) >> rest);
  }
}
