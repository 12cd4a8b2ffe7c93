package ai.opencode.sandbox.maven;

import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image in a POM, with the words of {@code sandbox.yaml}. Maven sets the fields by the names of
 * elements.
 */
public final class Image {

  @Nullable String name;

  /** The image that this one begins with: base, developer, agent, alpine, or another of the POM. */
  String from = "base";

  @Nullable String description;
  List<String> packages = List.of();
  List<String> without = List.of();

  /** A directory with package.json and package-lock.json. */
  @Nullable File npm;

  List<Copy> files = List.of();
  Map<String, String> env = new LinkedHashMap<>();
  Map<String, String> labels = new LinkedHashMap<>();
  @Nullable String workdir;
  List<String> entrypoint = List.of();
  List<String> command = List.of();
  List<String> ports = List.of();
  List<Writable> writable = List.of();

  /** A file or directory of the project that becomes part of the image. */
  public static final class Copy {

    @Nullable File from;

    /** The absolute path in the image. */
    @Nullable String to;

    /** The permissions in octal digits; those of this machine's file without. */
    @Nullable String mode;
  }

  /** A directory of a container that the image's user may write to. */
  public static final class Writable {

    @Nullable String path;

    /** Its size in a container with a read-only root, in MiB. */
    long mebibytes = 64;
  }
}
