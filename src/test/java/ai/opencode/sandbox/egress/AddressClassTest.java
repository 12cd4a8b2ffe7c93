package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first and last address of each special network, and their neighbours. */
class AddressClassTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::8.8.8.8", // IPv4-compatible
        "::ffff:10.0.0.1",
        "::ffff:0:8.8.8.8", // IPv4-translated
        "64:ff9b::10.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8", // local-use NAT64
        "100::1",
        "2001::1", // Teredo
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:1ff:ffff::1",
        "2002:7f00:1::1",
        "2002:0808:0808::1", // 6to4
        "5f00::1",
        "fc00::1",
        "fdff::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
      })
  void areNotGlobal(String address) throws UnknownHostException {
    assertThat(AddressClass.of(address(address))).isEqualTo(AddressClass.NOT_GLOBAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.1",
        "192.88.100.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8", // Java's IPv4
        "64:ff9b::8.8.8.8",
        "2001:200::1",
        "2001:db8::1",
        "203.0.113.1",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
      })
  void areGlobal(String address) throws UnknownHostException {
    assertThat(AddressClass.of(address(address))).isEqualTo(AddressClass.GLOBAL);
  }

  @Test
  void theDevicesOfThisMachineAreNotGlobal() throws SocketException {
    assertThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses))
        .isNotEmpty()
        .allMatch(each -> AddressClass.of(each) == AddressClass.NOT_GLOBAL);
  }

  private static InetAddress address(String text) throws UnknownHostException {
    InetAddress address = InetAddress.getByName(text);
    if (text.equals("::8.8.8.8")) {
      assertThat(address).isNotInstanceOf(Inet4Address.class);
    }
    return address;
  }
}
