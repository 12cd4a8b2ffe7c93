package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.Checksum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The hash of a distinguished name by which OpenSSL finds a certificate in a directory ({@code
 * X509_NAME_hash}). It is the first four bytes, as a little-endian number, of the SHA-1 of the name
 * in canonical form, which is independent of case, string type and spacing.
 */
final class SubjectHash {

  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int UTF8 = 12;

  private SubjectHash() {}

  /**
   * @param name an X.501 name in DER
   */
  static String of(byte[] name) {
    ByteArrayOutputStream canonical = new ByteArrayOutputStream();
    for (byte[] set : children(content(ByteBuffer.wrap(name)))) {
      List<byte[]> pairs = new ArrayList<>();
      for (byte[] pair : children(content(ByteBuffer.wrap(set)))) {
        List<byte[]> parts = children(content(ByteBuffer.wrap(pair)));
        pairs.add(der(SEQUENCE, concat(List.of(parts.get(0), canonicalText(parts.get(1))))));
      }
      pairs.sort(Arrays::compareUnsigned);
      canonical.writeBytes(der(SET, concat(pairs)));
    }
    byte[] sha1 = Checksum.newSha1().digest(canonical.toByteArray());
    int number = ByteBuffer.wrap(sha1).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return String.format(Locale.ROOT, "%08x", number);
  }

  private static byte[] canonicalText(byte[] value) {
    Charset charset =
        switch (value[0]) {
          case UTF8 -> StandardCharsets.UTF_8;
          case 19, 20, 22, 26 -> StandardCharsets.ISO_8859_1;
          case 30 -> StandardCharsets.UTF_16BE;
          case 28 -> Charset.forName("UTF-32BE");
          default -> null;
        };
    if (charset == null) {
      return value;
    }
    ByteBuffer content = content(ByteBuffer.wrap(value));
    String text = charset.decode(content).toString();
    StringBuilder plain = new StringBuilder();
    for (char c : text.replaceAll("[ \t\n\u000b\f\r]+", " ").strip().toCharArray()) {
      plain.append(c < 128 ? Character.toLowerCase(c) : c);
    }
    return der(UTF8, plain.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an element's content, and moves past the element. */
  private static ByteBuffer content(ByteBuffer element) {
    element.get();
    int length = element.get() & 0xff;
    if (length > 0x80) {
      int bytes = length - 0x80;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (element.get() & 0xff);
      }
    }
    ByteBuffer content = element.slice();
    content.limit(length);
    element.position(element.position() + length);
    return content;
  }

  private static List<byte[]> children(ByteBuffer content) {
    List<byte[]> children = new ArrayList<>();
    while (content.hasRemaining()) {
      int start = content.position();
      content(content);
      byte[] child = new byte[content.position() - start];
      content.get(start, child);
      children.add(child);
    }
    return children;
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.write(tag);
    if (content.length < 0x80) {
      der.write(content.length);
    } else if (content.length < 0x100) {
      der.write(0x81);
      der.write(content.length);
    } else {
      der.write(0x82);
      der.write(content.length >> 8);
      der.write(content.length);
    }
    der.writeBytes(content);
    return der.toByteArray();
  }

  private static byte[] concat(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
