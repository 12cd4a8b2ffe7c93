package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.WholeFile;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The base image that a program is pinned to. Its file has a line for this image and one for each
 * earlier digest; lines that start with {@code #} are comments.
 *
 * @param text the text of the file
 * @param base the base image, by tag and digest
 * @param earlier the digests of base images that earlier versions of the program were pinned to
 */
public record BasePin(String text, Reference base, Set<Digest> earlier) {

  /** The file in a checkout of this program, beside its lock. */
  public static final String FILE = "base-image.txt";

  private static final String RESOURCE = "/ai/opencode/sandbox/layers/" + FILE;

  public BasePin {
    earlier = Set.copyOf(earlier);
  }

  /** Returns the pin of this program. */
  static BasePin ofProgram() {
    try (InputStream in = BasePin.class.getResourceAsStream(RESOURCE)) {
      String text =
          new String(Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
      return parse(text, "layers/" + FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the pin of a checkout.
   *
   * @throws UsageException if there is no such file, or it names no base image by tag and digest
   */
  public static BasePin read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "There is no file "
              + file
              + ", so the base image is not pinned there. Name another one with --base.");
    }
    return parse(Files.readString(file), file.toString());
  }

  static BasePin parse(String text, String file) {
    List<String> lines = text.lines().filter(line -> !line.startsWith("#")).toList();
    Reference base = lines.isEmpty() ? null : Reference.of(lines.get(0));
    if (base == null || base.tag() == null || base.pinned().isEmpty()) {
      throw new UsageException(
          file + " names no base image by tag and digest. Write it as HOST/NAME:TAG@sha256:….");
    }
    Set<Digest> earlier = new LinkedHashSet<>();
    for (String line : lines.subList(1, lines.size())) {
      if (!Digest.isDigest(line)) {
        throw new UsageException(
            file + " has the line \"" + line + "\", which is not a digest. Remove it.");
      }
      earlier.add(Digest.of(line));
    }
    return new BasePin(text, base, earlier);
  }

  /**
   * Returns the pin of the image that the tag names today; this one if it is the same.
   *
   * @throws UsageException if the registry does not have the tag
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached, or
   *     fails
   */
  public BasePin newest(RegistryAccess registries) {
    Reference tagged = base.withoutDigest();
    Digest newest =
        new Publisher(registries)
            .find(registries.mirrored(tagged))
            .orElseThrow(
                () ->
                    new UsageException(
                        "The registry has no image "
                            + tagged
                            + ". Correct the tag in "
                            + FILE
                            + "."));
    return movedTo(newest);
  }

  BasePin movedTo(Digest newest) {
    Digest now = base.pinned().orElseThrow();
    if (newest.equals(now)) {
      return this;
    }
    List<String> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.equals(newest.toString())) {
        continue; // The tag went back to an earlier image.
      }
      boolean pinned = !line.startsWith("#") && line.endsWith("@" + now);
      lines.add(pinned ? base.withDigest(newest).toString() : line);
      if (pinned) {
        lines.add(now.toString());
      }
    }
    return parse(String.join("\n", lines) + "\n", FILE);
  }

  /** Writes the file. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, text);
  }
}
