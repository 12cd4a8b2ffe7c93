package ai.opencode.sandbox.egress;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The classes of IP addresses, by IANA's registries of special-purpose addresses: an address is
 * global, or it belongs to this machine, its local link, a private network or no machine at all.
 * The addresses that are reserved for documentation (RFC 5737, RFC 3849) count as global, because
 * closed networks without Internet give them to mirrors of public servers.
 */
enum AddressClass {
  GLOBAL,
  NOT_GLOBAL;

  /** The networks of IPv4 that are not global. */
  private static final List<Block> IPV4 =
      List.of(
          Block.of("0.0.0.0", 8), // "this" network; Linux takes 0.0.0.0 for this machine
          Block.of("10.0.0.0", 8),
          Block.of("100.64.0.0", 10), // carrier-grade NAT
          Block.of("127.0.0.0", 8),
          Block.of("169.254.0.0", 16), // link-local, with the metadata services of clouds
          Block.of("172.16.0.0", 12),
          Block.of("192.0.0.0", 24),
          Block.of("192.88.99.0", 24), // 6to4 relays
          Block.of("192.168.0.0", 16),
          Block.of("198.18.0.0", 15),
          Block.of("224.0.0.0", 3)); // multicast, reserved, broadcast

  /**
   * The block of IPv6 that contains all global unicast addresses. Unspecified, loopback,
   * IPv4-mapped, IPv4-compatible, unique local, link-local, site-local and multicast addresses are
   * outside of the block.
   */
  private static final Block IPV6_GLOBAL = Block.of("2000::", 3);

  /** The networks of {@link #IPV6_GLOBAL} that are not global. */
  private static final List<Block> IPV6 =
      List.of(
          Block.of("2001::", 23), // Teredo, ORCHID and others
          Block.of("2002::", 16)); // 6to4, with any IPv4 address in it

  /**
   * The block of NAT64, in which an address's last four bytes are the IPv4 address that it reaches.
   */
  private static final Block NAT64 = Block.of("64:ff9b::", 96);

  /** Classifies an address. An address of this machine's own network devices is not global. */
  static AddressClass of(InetAddress address) {
    return isGlobal(address.getAddress()) && !isOwn(address) ? GLOBAL : NOT_GLOBAL;
  }

  private static boolean isGlobal(byte[] address) {
    if (address.length == Integer.BYTES) {
      return IPV4.stream().noneMatch(each -> each.contains(address));
    }
    if (NAT64.contains(address)) {
      return isGlobal(Arrays.copyOfRange(address, address.length - Integer.BYTES, address.length));
    }
    return IPV6_GLOBAL.contains(address) && IPV6.stream().noneMatch(each -> each.contains(address));
  }

  /**
   * Returns whether an address is one of this machine's. A container must not reach it: a service
   * may listen on all network devices, because a firewall hides the service from other machines.
   */
  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }

  /**
   * A block of addresses.
   *
   * @param network the first address of the block
   * @param bits the length of the prefix that all addresses of the block share
   */
  private record Block(byte[] network, int bits) {

    static Block of(String network, int bits) {
      try {
        return new Block(InetAddress.getByName(network).getAddress(), bits);
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(network, e);
      }
    }

    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        int mask = 0x80 >> (i % Byte.SIZE);
        if (((address[i / Byte.SIZE] ^ network[i / Byte.SIZE]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
