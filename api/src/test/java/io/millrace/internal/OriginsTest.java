package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written on the left is sent by Chromium as what is on the right. */
class OriginsTest {

  @ParameterizedTest
  @CsvSource({
    "HTTPS://A.Example:443, https://a.example",
    "http://a.example:0080, http://a.example",
    "http://my_app:8080, http://my_app:8080",
    "http://[2001:DB8:0:0:0:0:0:1], http://[2001:db8::1]",
    "http://[2001:0db8:0000:0000:0000:0000:0000:0001]:80, http://[2001:db8::1]",
    "http://[0:0:0:0:0:0:0:1]:8080, http://[::1]:8080",
    "http://[0:0:0:0:0:0:0:0], http://[::]",
    "http://[::ffff:192.0.2.1], http://[::ffff:c000:201]",
    "http://[1:0:0:2:0:0:0:3], http://[1:0:0:2::3]",
    "http://[1:0:0:2:0:0:3:4], http://[1::2:0:0:3:4]",
    "http://[1:0:2:3:4:5:6:7], http://[1:0:2:3:4:5:6:7]",
    "http://[1:2:3:4:5:6:0:0], http://[1:2:3:4:5:6::]",
    "http://[1::0:2], http://[1::2]",
    "https://münchen.example, https://xn--mnchen-3ya.example",
    "https://MÜNCHEN.example, https://xn--mnchen-3ya.example",
    "https://straße.example, https://xn--strae-oqa.example",
    "https://STRAßE.de, https://xn--strae-oqa.de",
    "https://faß.de, https://xn--fa-hia.de",
    "https://βόλος.com, https://xn--nxasmm1c.com",
    "https://한국.kr, https://xn--3e0b707e.kr",
    "https://bücher。example, https://xn--bcher-kva.example"
  })
  void anOriginIsComparedAsBrowsersSendIt(String written, String sent) {
    assertThat(Origins.normal(written)).contains(sent);
    assertThat(Origins.normal(sent)).contains(sent);
  }

  /** The vectors of UTS 46 and RFC 3492. */
  @ParameterizedTest
  @CsvSource({
    "ü, tda",
    "bücher, bcher-kva",
    "faß, fa-hia",
    "他们为什么不说中文, ihqwcrb4cv8a8dqg056pqjye",
    "Pročprostěnemluvíčesky, Proprostnemluvesky-uyb24dma41a",
    "3年b組金八先生, 3b-ww4c5e180e575a65lsy2b",
    "MajiでKoiする5秒前, MajiKoi5-783gue6qz075azm5e",
    "パフィーdeルンバ, de-jg4avhby1noc0d"
  })
  void labelsAreWrittenInPunycode(String label, String encoded) {
    assertThat(Punycode.encode(label)).isEqualTo(encoded);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://[1:2]", "http://[:::]", "http://[1:2:3:4:5:6:7:8:9]", "http://[.]"})
  void whatIsNoAddressStaysWhatItIs(String origin) {
    assertThat(Origins.normal(origin)).contains(origin);
  }

  @Test
  void originsOfPagesThatAreNoWebSiteStayWhatTheyAre() {
    for (String origin : new String[] {"null", "file://", "app://shell", "chrome-extension://ab"}) {
      assertThat(Origins.normal(origin)).contains(origin);
    }
  }
}
