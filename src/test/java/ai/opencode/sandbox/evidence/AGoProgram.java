package ai.opencode.sandbox.evidence;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An ELF file with the build information of Go's linker, and nothing else. */
public final class AGoProgram {

  static final String HEAD = "\u00ff Go buildinf:\b\u0002" + "\0".repeat(16);

  private static final byte[] START = HexFormat.of().parseHex("3077af0c9274080241e1c107e6d618e6");
  private static final byte[] END = HexFormat.of().parseHex("f932433186182072008242104116d8f2");

  private AGoProgram() {}

  /** Returns the headers of a file with all of its content in a writable segment. */
  static byte[] headers() {
    ByteBuffer headers = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    headers.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
    headers.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
    headers.putInt(64, 1).putInt(68, 6).putLong(72, 0).putLong(96, 1L << 40);
    return headers.array();
  }

  /** Returns a program, with some bytes before the build information, at least 128. */
  static byte[] with(int before, String compiler, String modules) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(headers());
    file.writeBytes(new byte[before - 128]);
    file.writeBytes(HEAD.getBytes(StandardCharsets.ISO_8859_1));
    text(file, compiler.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream marked = new ByteArrayOutputStream();
    marked.writeBytes(START);
    marked.writeBytes(modules.getBytes(StandardCharsets.UTF_8));
    marked.writeBytes(END);
    text(file, marked.toByteArray());
    file.writeBytes(new byte[100]);
    return file.toByteArray();
  }

  /** Returns a program that needs one module. */
  public static byte[] needing(String module, String version) {
    return with(
        128,
        "go1.26.4",
        "path\texample.org/tool\nmod\texample.org/tool\t(devel)\t\n"
            + ("dep\t" + module + "\t" + version + "\th1:abc=\n"));
  }

  private static void text(ByteArrayOutputStream file, byte[] text) {
    int length = text.length;
    while (length >= 0x80) {
      file.write((length & 0x7f) | 0x80);
      length >>= 7;
    }
    file.write(length);
    file.writeBytes(text);
  }
}
