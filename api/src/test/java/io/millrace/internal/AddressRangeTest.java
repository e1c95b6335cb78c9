package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "2001:db8::/32, 2001:db8:1::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "::1, ::1, true",
    "10.0.0.0/8, ::ffff:10.0.0.1, true",
    "0.0.0.0/0, ::1, false",
  })
  void containsTheAddressesOfItsNetwork(String network, String address, boolean contained) {
    AddressRange range = AddressRange.parse(network).orElseThrow();
    assertThat(range.contains(AddressRange.bytes(address).orElseThrow())).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "::/129",
        "10.0.0/8x",
        "1.2.3.4.5"
      })
  void whatIsNeitherIsRefused(String text) {
    assertThat(AddressRange.parse(text)).isEmpty();
  }

  @Test
  void anAddressHasOneText() {
    assertThat(AddressRange.text(AddressRange.bytes("2001:DB8:0:0::1").orElseThrow()))
        .isEqualTo("2001:db8::1");
  }
}
