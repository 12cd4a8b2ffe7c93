package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listing of images' files, one image at a time, sorted by path.
 *
 * <p>The JSON is an array of objects, one for each image and platform: {@code image}, {@code
 * platform}, {@code digest} (of the manifest), {@code files}. An element of {@code files} has
 *
 * <ul>
 *   <li>{@code path}: absolute; the root itself is not listed
 *   <li>{@code type}: {@code file}, {@code directory}, {@code symlink}, {@code char}, {@code block}
 *       or {@code fifo}
 *   <li>{@code mode}: octal text with setuid, setgid and sticky, {@code "777"} for a symbolic link
 *   <li>{@code uid} and {@code gid}: numbers
 *   <li>{@code layer}: number of the layer that contains the file, 1 for the lowest
 *   <li>{@code size} and {@code digest} ({@code sha256:…}) of a file's content
 *   <li>{@code link}: target of a symbolic link
 *   <li>{@code hardLink}: the path of the same file that is listed first; missing for that path
 *       itself
 *   <li>{@code major} and {@code minor}: numbers of a device
 *   <li>{@code attributes}: extended attributes by name, their values in base64
 * </ul>
 *
 * A property that does not apply to a file is missing.
 */
@Api
public abstract sealed class FileListing implements Closeable {

  /** The identity of a file with several hard links: its layer, and its first path there. */
  private record Identity(int layer, String first) {}

  private FileListing() {}

  /** Returns a listing that prints objects in an array; {@link #close} ends the array. */
  public static FileListing json(PrintWriter out) throws IOException {
    return new JsonListing(out);
  }

  /** Returns a listing that prints a line for each image and a line for each of its files. */
  public static FileListing text(PrintWriter out) {
    return new TextListing(out);
  }

  /** Prints the files of one image. */
  final void add(String image, Platform platform, Digest digest, ImageRoot root)
      throws IOException {
    begin(image, platform, digest);
    Map<Identity, String> names = new HashMap<>();
    for (RootEntry entry : root.entries()) {
      if (entry.path().isEmpty()) {
        continue;
      }
      String first =
          entry.isDirectory()
              ? null
              : names.putIfAbsent(new Identity(entry.layer(), entry.inode().first()), entry.path());
      print(entry, first);
    }
    end();
  }

  abstract void begin(String image, Platform platform, Digest digest) throws IOException;

  abstract void print(RootEntry entry, @Nullable String firstName) throws IOException;

  abstract void end() throws IOException;

  private static String type(RootEntry entry) {
    return switch (entry.kind()) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case LINK -> "symlink";
      case DEVICE -> entry.inode().block() ? "block" : "char";
      case FIFO -> "fifo";
    };
  }

  /** Returns the mode; Linux gives every symbolic link mode 777. */
  private static int mode(RootEntry entry) {
    return entry.isLink() ? 0777 : entry.mode();
  }

  private static final class JsonListing extends FileListing {

    private final PrintWriter out;
    private final JsonGenerator json;

    JsonListing(PrintWriter out) throws IOException {
      this.out = out;
      this.json =
          new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartArray();
    }

    @Override
    void begin(String image, Platform platform, Digest digest) throws IOException {
      json.writeStartObject();
      json.writeStringField("image", image);
      json.writeStringField("platform", platform.toString());
      json.writeStringField("digest", digest.toString());
      json.writeArrayFieldStart("files");
    }

    @Override
    void print(RootEntry entry, @Nullable String firstName) throws IOException {
      json.writeRaw('\n');
      json.writeStartObject();
      json.writeStringField("path", "/" + entry.path());
      json.writeStringField("type", type(entry));
      json.writeStringField("mode", Integer.toOctalString(mode(entry)));
      json.writeNumberField("uid", entry.uid());
      json.writeNumberField("gid", entry.gid());
      json.writeNumberField("layer", entry.layer());
      if (entry.isFile()) {
        json.writeNumberField("size", entry.inode().bytes());
        json.writeStringField("digest", "sha256:" + entry.inode().sha256());
      }
      if (entry.target() != null) {
        json.writeStringField("link", entry.target());
      }
      if (firstName != null) {
        json.writeStringField("hardLink", "/" + firstName);
      }
      if (entry.kind() == RootEntry.Kind.DEVICE) {
        json.writeNumberField("major", entry.inode().major());
        json.writeNumberField("minor", entry.inode().minor());
      }
      if (!entry.extended().isEmpty()) {
        json.writeObjectFieldStart("attributes");
        for (Map.Entry<String, String> each : entry.extended().entrySet()) {
          byte[] value = each.getValue().getBytes(StandardCharsets.ISO_8859_1);
          json.writeStringField(each.getKey(), Base64.getEncoder().encodeToString(value));
        }
        json.writeEndObject();
      }
      json.writeEndObject();
    }

    @Override
    void end() throws IOException {
      json.writeEndArray();
      json.writeEndObject();
    }

    /**
     * Ends the array, so that the document is well-formed even after a failure, which the exit code
     * reports.
     */
    @Override
    public void close() throws IOException {
      json.close();
      out.println();
      out.flush();
    }
  }

  private static final class TextListing extends FileListing {

    private final PrintWriter out;

    TextListing(PrintWriter out) {
      this.out = out;
    }

    @Override
    void begin(String image, Platform platform, Digest digest) {
      out.println(image + " " + platform + " " + digest);
    }

    @Override
    void print(RootEntry entry, @Nullable String firstName) {
      StringBuilder line = new StringBuilder();
      line.append(
          String.format(
              Locale.ROOT, "%-9s %4o %d:%d ", type(entry), mode(entry), entry.uid(), entry.gid()));
      if (entry.isFile()) {
        line.append(entry.inode().bytes()).append(' ').append(entry.inode().sha256()).append(' ');
      }
      if (entry.kind() == RootEntry.Kind.DEVICE) {
        line.append(entry.inode().major()).append(':').append(entry.inode().minor()).append(' ');
      }
      line.append('/').append(entry.path());
      if (entry.target() != null) {
        line.append(" -> ").append(entry.target());
      }
      if (firstName != null) {
        line.append(" = /").append(firstName);
      }
      for (String name : entry.extended().keySet()) {
        line.append(" [").append(name).append(']');
      }
      out.println(PlainText.line(line.toString()));
    }

    @Override
    void end() {}

    @Override
    public void close() {
      out.flush();
    }
  }
}
