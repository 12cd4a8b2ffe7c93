package ai.opencode.sandbox.verify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A writer of tar archives byte by byte, without any checks. */
final class ARawTar {

  static final String USTAR = "ustar\00000";
  static final String GNU = "ustar  \0";
  static final String V7 = "\0\0\0\0\0\0\0\0";

  /** A header block. */
  static final class Head {

    private final byte[] block = new byte[512];
    private boolean signed;

    private Head(char type, String name) {
      text(0, name);
      mode(type == '5' ? 0755 : type == '2' ? 0777 : 0644);
      owner(0, 0);
      size(0);
      octal(136, 12, 1_700_000_000L);
      block[156] = (byte) type;
      text(257, USTAR);
      octal(329, 8, 0);
      octal(337, 8, 0);
    }

    static Head of(char type, String name) {
      return new Head(type, name);
    }

    Head mode(int mode) {
      return octal(100, 8, mode);
    }

    Head owner(long uid, long gid) {
      return octal(108, 8, uid).octal(116, 8, gid);
    }

    Head size(long size) {
      return octal(124, 12, size);
    }

    Head link(String target) {
      return text(157, target);
    }

    Head magic(String magic) {
      return text(257, magic);
    }

    Head prefix(String prefix) {
      return text(345, prefix);
    }

    Head device(int major, int minor) {
      return octal(329, 8, major).octal(337, 8, minor);
    }

    /** Sums signed bytes, as Sun's tar did. */
    Head signedSum() {
      signed = true;
      return this;
    }

    Head octal(int start, int length, long value) {
      String digits = "0".repeat(length) + Long.toOctalString(value);
      return text(start, digits.substring(digits.length() - length + 1) + "\0");
    }

    Head base256(int start, int length, long value) {
      for (int i = start + length - 1, shift = 0; i >= start; i--, shift += 8) {
        block[i] = (byte) (shift < 64 ? value >> shift : value < 0 ? -1 : 0);
      }
      block[start] |= (byte) 0x80;
      return this;
    }

    /** Writes a text with one byte for each character if possible. */
    Head text(int start, String text) {
      byte[] bytes =
          text.getBytes(
              text.chars().allMatch(c -> c < 0x100)
                  ? StandardCharsets.ISO_8859_1
                  : StandardCharsets.UTF_8);
      System.arraycopy(bytes, 0, block, start, Math.min(bytes.length, 512 - start));
      return this;
    }

    private byte[] bytes() {
      byte[] bytes = block.clone();
      Arrays.fill(bytes, 148, 156, (byte) ' ');
      int sum = 0;
      for (byte b : bytes) {
        sum += signed ? b : b & 0xff;
      }
      byte[] digits = String.format("%06o\0 ", sum & 0777777).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(digits, 0, bytes, 148, 8);
      return bytes;
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static Head head(char type, String name) {
    return Head.of(type, name);
  }

  ARawTar add(Head head) {
    out.writeBytes(head.bytes());
    return this;
  }

  /** Adds a header with the content's size, and the content. */
  ARawTar add(Head head, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return add(head.size(bytes.length)).content(bytes);
  }

  /** Adds content whose size is in the previous header. */
  ARawTar content(byte[] bytes) {
    out.writeBytes(bytes);
    out.writeBytes(new byte[(512 - bytes.length % 512) % 512]);
    return this;
  }

  ARawTar directory(String path) {
    return add(head('5', path + "/"));
  }

  ARawTar file(String path, String content) {
    return add(head('0', path), content);
  }

  ARawTar symlink(String path, String target) {
    return add(head('2', path).link(target));
  }

  ARawTar hardLink(String path, String target) {
    return add(head('1', path).link(target));
  }

  /** Adds an extended header; keys and values alternate. */
  ARawTar pax(String... records) {
    return header('x', records(records));
  }

  ARawTar global(String name, String... records) {
    byte[] bytes = records(records);
    return add(head('g', name).size(bytes.length)).content(bytes);
  }

  ARawTar longName(String name) {
    return gnu('L', name);
  }

  ARawTar longLink(String name) {
    return gnu('K', name);
  }

  private ARawTar gnu(char type, String name) {
    byte[] bytes = (name + "\0").getBytes(StandardCharsets.UTF_8);
    return add(head(type, "././@LongLink").magic(GNU).size(bytes.length)).content(bytes);
  }

  ARawTar header(char type, byte[] bytes) {
    return add(head(type, "PaxHeaders/x").size(bytes.length)).content(bytes);
  }

  static byte[] records(String... records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < records.length; i += 2) {
      boolean binary = records[i].startsWith("SCHILY.xattr.");
      byte[] body = (" " + records[i] + "=").getBytes(StandardCharsets.UTF_8);
      byte[] value =
          records[i + 1].getBytes(binary ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
      int length = body.length + value.length + 1;
      int all = length + 1;
      while (Integer.toString(all).length() + length != all) {
        all = Integer.toString(all).length() + length;
      }
      bytes.writeBytes(Integer.toString(all).getBytes(StandardCharsets.US_ASCII));
      bytes.writeBytes(body);
      bytes.writeBytes(value);
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[1024]);
    return whole.toByteArray();
  }
}
