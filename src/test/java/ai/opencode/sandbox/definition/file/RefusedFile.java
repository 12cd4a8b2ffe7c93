package ai.opencode.sandbox.definition.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A file {@code sandbox.yaml} that is refused, with the lines of its report.
 *
 * @param name the mistakes in words
 */
public record RefusedFile(String name, byte[] content, List<String> report) {

  private static final String GOOD = "images: {tools: {from: base}}\n";
  private static final String REFUSED = "--- refused\n";

  public RefusedFile {
    report = List.copyOf(report);
  }

  /** Returns the files of {@code refused.txt}, and others that are no text or are large. */
  public static List<RefusedFile> all() {
    List<RefusedFile> all = new ArrayList<>(texts());
    all.addAll(encodings());
    all.addAll(hiddenCharacters());
    all.addAll(lineBreaks());
    all.addAll(large());
    return all;
  }

  static List<RefusedFile> texts() {
    String all;
    try (InputStream in =
        Objects.requireNonNull(RefusedFile.class.getResourceAsStream("refused.txt"))) {
      all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<RefusedFile> files = new ArrayList<>();
    for (String text : all.split("(?m)^=== ", -1)) {
      if (!text.isBlank()) {
        int body = text.indexOf('\n') + 1;
        int report = text.indexOf(REFUSED);
        files.add(
            new RefusedFile(
                text.substring(0, body - 1),
                text.substring(body, report).getBytes(StandardCharsets.UTF_8),
                text.substring(report + REFUSED.length()).lines().toList()));
      }
    }
    return files;
  }

  private static List<RefusedFile> encodings() {
    String utf16 = "1:1: The file is UTF-16, UTF-32 or no text. Save it as UTF-8.";
    String bytes = "These bytes are not UTF-8. Save the file as UTF-8.";
    return List.of(
        file(
            "a byte order mark",
            with("efbbbf", GOOD),
            "1:1: The file begins with a byte order mark. Save it as UTF-8 without one."),
        file("UTF-16 with a mark", with("feff", GOOD, StandardCharsets.UTF_16BE), utf16),
        file("UTF-16, low bytes first", with("fffe", GOOD, StandardCharsets.UTF_16LE), utf16),
        file("UTF-16 without a mark", with("", GOOD, StandardCharsets.UTF_16BE), utf16),
        file("UTF-32", with("", GOOD, Charset.forName("UTF-32LE")), utf16),
        file(
            "UTF-32, high bytes first", with("0000feff", GOOD, Charset.forName("UTF-32BE")), utf16),
        file("Latin-1", with("", "# für\n" + GOOD, StandardCharsets.ISO_8859_1), "1:4: " + bytes),
        file("an overlong slash", with("23c0af0a", GOOD), "1:2: " + bytes, "1:3: " + bytes),
        file("half a surrogate pair", with("23eda0800a", GOOD), "1:2: " + bytes),
        file("a character that ends early", with("23e2820a", GOOD), "1:2: " + bytes),
        file("a compressed file", HexFormat.of().parseHex("1f8b080000000000"), utf16),
        file(
            "a program",
            HexFormat.of().parseHex("7f454c460201"),
            "1:1: " + invisible("007F"),
            "1:1: The file needs a map, and this is a text. Begin it with images: {tools: {from:"
                + " base}}",
            "1:5: " + invisible("0002"),
            "1:6: " + invisible("0001")));
  }

  private static List<RefusedFile> hiddenCharacters() {
    List<RefusedFile> files = new ArrayList<>();
    for (int c : new int[] {0, 0x1b, 0x7f, 0x85, 0xad, 0x200b, 0x2028, 0x202e, 0xfeff, 0xffff}) {
      String text = "images: {tools: {from: base}} # " + Character.toString(c) + "\n";
      String code = String.format("%04X", c);
      files.add(file("the character U+" + code, text, "1:33: " + invisible(code)));
    }
    files.add(
        file(
            "a tag of language",
            "images: {} # \uD83D\uDE80 \uDB40\uDC41\n",
            "1:16: The character U+E0041 is invisible. Delete it, or write it as \"\\uE0041\" in"
                + " quotes."));
    return files;
  }

  private static String invisible(String code) {
    return "The character U+"
        + code
        + " is invisible. Delete it, or write it as \"\\u"
        + code
        + "\" in quotes.";
  }

  private static List<RefusedFile> lineBreaks() {
    String mistake = "\"packges\" is not a key of an image. Write packages instead.";
    List<RefusedFile> files = new ArrayList<>();
    for (String end : List.of("\r\n", "\r", "\n", "\r\n\r\n")) {
      String text = String.join(end, "images:", "  tools:", "    from: base", "    packges: [jq]");
      int line = end.length() == 4 ? 7 : 4;
      files.add(
          file(
              "a mistake after line breaks "
                  + HexFormat.of().formatHex(end.getBytes(StandardCharsets.US_ASCII)),
              text,
              line + ":5: " + mistake));
    }
    return files;
  }

  private static List<RefusedFile> large() {
    String deep = "Values are nested more than 16 levels. Make the file flatter.";
    StringBuilder indented = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      indented.append(" ".repeat(i)).append("a:\n");
      if (indented.length() > 900_000) {
        break;
      }
    }
    StringBuilder images = new StringBuilder("images:\n");
    for (int i = 0; i <= SandboxFile.MAX_IMAGES; i++) {
      images.append("  a").append(i).append(": {from: base}\n");
    }
    StringBuilder wrong = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      wrong.append("zzzzzzzzz").append(i).append(": x\n");
    }
    return List.of(
        file(
            "more than a mebibyte",
            GOOD + "#".repeat(SourceText.MAX_BYTES),
            "1:1: The file is larger than 1 MiB. Put long texts into files of their own, and name"
                + " these."),
        file(
            "a deep list",
            "images: " + "[".repeat(500_000),
            "1:9: \"images\" needs a map, and this is a list. Write it like images: {tools: {from: base}}",
            "1:24: " + deep),
        file(
            "a deep map",
            "images: " + "{a: ".repeat(200_000),
            "1:14: \"a\" is not a key of an image. Write from, description, packages, without, npm, files, env, workdir, entrypoint, command, user, ports, labels or writable.",
            "1:69: " + deep),
        file(
            "deep lists in one line",
            "- ".repeat(400_000),
            "1:1: The file needs a map, and this is a list. Begin it with images: {tools: {from: base}}",
            "1:33: " + deep),
        file("deep keys", "? ".repeat(400_000), "1:33: " + deep),
        file(
            "deep indentation",
            indented.toString(),
            "1:1: \"a\" is not a key of the file. Write images, repositories, keys, base, platforms, registry, mirrors or ca.",
            "17:17: " + deep),
        file(
            "many values",
            "keys: [" + "x,".repeat(400_000) + "x]",
            "1:7: \"keys\" has more than 1000 values. Shorten it.",
            "1:40002: The file has more than 20000 values. Remove some of them."),
        file(
            "a long text",
            "base: " + "x".repeat(1_000_000),
            "1:7: The text is longer than 64 KiB. Put it into a file of its own, and name that."),
        file(
            "a long key",
            "? " + "x".repeat(1_000_000) + "\n: x\n",
            "1:3: The text is longer than 64 KiB. Put it into a file of its own, and name that."),
        file(
            "a long name",
            "images: {" + "x".repeat(300) + ": {from: base}}",
            "1:10: \""
                + "x".repeat(80)
                + "…\" cannot name an image. Write lower-case letters, digits and single ., _ or -"
                + " between them."),
        file("many mistakes", wrong.toString(), manyLines()),
        file(
            "many images",
            images.toString(),
            "102:3: The file has more than 100 images. Divide it."));
  }

  private static String[] manyLines() {
    return IntStream.rangeClosed(1, Mistakes.MOST)
        .mapToObj(
            line ->
                line
                    + ":1: \"zzzzzzzzz"
                    + (line - 1)
                    + "\" is not a key of the file. Write images, repositories, keys, base,"
                    + " platforms, registry, mirrors or ca.")
        .toArray(String[]::new);
  }

  private static RefusedFile file(String name, String content, String... lines) {
    return file(name, content.getBytes(StandardCharsets.UTF_8), lines);
  }

  private static RefusedFile file(String name, byte[] content, String... lines) {
    List<String> report = new ArrayList<>();
    if (lines.length > 1) {
      String number = lines.length == Mistakes.MOST ? "more than 100" : "" + lines.length;
      report.add("sandbox.yaml has " + number + " mistakes. Correct these lines:");
    }
    Arrays.stream(lines).forEach(line -> report.add("sandbox.yaml:" + line));
    return new RefusedFile(name, content, report);
  }

  private static byte[] with(String hex, String text) {
    return with(hex, text, StandardCharsets.UTF_8);
  }

  private static byte[] with(String hex, String text, Charset charset) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex(hex));
    ByteBuffer encoded = charset.encode(text);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    out.writeBytes(bytes);
    return out.toByteArray();
  }

  @Override
  public String toString() {
    return name;
  }
}
