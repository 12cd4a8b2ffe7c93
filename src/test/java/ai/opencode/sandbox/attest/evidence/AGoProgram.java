package ai.opencode.sandbox.attest.evidence;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An ELF file with the build information of Go's linker, and nothing else. */
public final class AGoProgram {

  static final String HEAD = "\u00ff Go buildinf:\b\u0002" + "\0".repeat(16);

  private static final byte[] START = HexFormat.of().parseHex("3077af0c9274080241e1c107e6d618e6");
  private static final byte[] END = HexFormat.of().parseHex("f932433186182072008242104116d8f2");

  private AGoProgram() {}

  /** Returns a program, with some bytes before the build information. */
  static byte[] with(int before, String compiler, String modules) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
    file.writeBytes(new byte[before - 8]);
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
        64,
        "go1.26.4",
        "path\texample.org/tool\nmod\texample.org/tool\t(devel)\t\n"
            + ("dep\t" + module + "\t" + version + "\th1:abc=\n"));
  }

  private static void text(ByteArrayOutputStream file, byte[] text) {
    int length = text.length;
    while (length >= 0x80) {
      file.write(length & 0x7f | 0x80);
      length >>= 7;
    }
    file.write(length);
    file.writeBytes(text);
  }
}
