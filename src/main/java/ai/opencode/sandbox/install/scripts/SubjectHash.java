package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.Checksum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The hash of a certificate's subject, by which OpenSSL finds the certificate's file in a directory
 * ({@code X509_NAME_hash}). The hash is the first four bytes, as a little-endian number, of the
 * SHA-1 of the subject in its canonical form, in which case, string type and spacing do not matter.
 */
final class SubjectHash {

  private static final int SET = 0x31;
  private static final int UTF8 = 12;

  private SubjectHash() {}

  /**
   * Computes the hash of a name.
   *
   * @param name an X.501 name
   * @throws IllegalArgumentException if the name is malformed
   */
  static String of(Der name) {
    ByteArrayOutputStream canonical = new ByteArrayOutputStream();
    for (Der set : name.as(Der.SEQUENCE).children()) {
      List<byte[]> pairs = new ArrayList<>();
      for (Der pair : set.as(SET).children()) {
        List<Der> parts = pair.as(Der.SEQUENCE).children(2);
        pairs.add(
            der(Der.SEQUENCE, concat(List.of(parts.get(0).bytes(), canonicalText(parts.get(1))))));
      }
      pairs.sort(Arrays::compareUnsigned);
      canonical.writeBytes(der(SET, concat(pairs)));
    }
    byte[] sha1 = Checksum.newSha1().digest(canonical.toByteArray());
    int number = ByteBuffer.wrap(sha1).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return String.format(Locale.ROOT, "%08x", number);
  }

  private static byte[] canonicalText(Der value) {
    Charset charset =
        switch (value.tag()) {
          case UTF8 -> StandardCharsets.UTF_8;
          case 19, 20, 22, 26 -> StandardCharsets.ISO_8859_1;
          case 30 -> StandardCharsets.UTF_16BE;
          case 28 -> Charset.forName("UTF-32BE");
          default -> null;
        };
    if (charset == null) {
      return value.bytes();
    }
    String text;
    try {
      text = charset.newDecoder().decode(ByteBuffer.wrap(value.contentBytes())).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("A name is not written in its character set", e);
    }
    StringBuilder plain = new StringBuilder();
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        space = plain.length() > 0;
        continue;
      }
      if (space) {
        plain.append(' ');
        space = false;
      }
      plain.append(c < 128 ? Character.toLowerCase(c) : c);
    }
    return der(UTF8, plain.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.write(tag);
    if (content.length < 0x80) {
      der.write(content.length);
    } else {
      int bytes = (39 - Integer.numberOfLeadingZeros(content.length)) / 8;
      der.write(0x80 + bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        der.write(content.length >> (8 * i));
      }
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
