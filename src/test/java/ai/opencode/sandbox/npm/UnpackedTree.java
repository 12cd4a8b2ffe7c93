package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files that a group's entries create on a disk. */
final class UnpackedTree {

  private UnpackedTree() {}

  static byte[] tar(NpmTree tree, NpmLayerGroup group, TarballSource source) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(out)) {
      tree.writeTo(writer, group, source);
      writer.finish();
    }
    return out.toByteArray();
  }

  static List<TarEntry> entries(byte[] tar) throws IOException {
    List<TarEntry> entries = new ArrayList<>();
    try (TarReader reader = reader(tar)) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /** Creates only paths that an entry names, so a missing directory is a failure. */
  static void extract(byte[] tar, Path root) throws IOException {
    try (TarReader reader = reader(tar)) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        Path path = root.resolve(entry.path());
        if (entry instanceof TarEntry.Directory) {
          if (!Files.isDirectory(path)) {
            Files.createDirectory(path);
          }
        } else if (entry instanceof TarEntry.SymbolicLink link) {
          Files.createSymbolicLink(path, Path.of(link.target()));
        } else {
          Files.copy(reader.content(), path);
        }
        if (!(entry instanceof TarEntry.SymbolicLink)) {
          Files.setPosixFilePermissions(path, permissions(entry.attributes().mode()));
        }
      }
    }
  }

  /**
   * Returns one line for each path below a directory: kind, permissions, and content hash or
   * target.
   */
  static SortedMap<String, String> listing(Path root) throws IOException {
    SortedMap<String, String> listing = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String line;
        if (Files.isSymbolicLink(path)) {
          line = "-> " + Files.readSymbolicLink(path);
        } else {
          String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
          line = Files.isDirectory(path) ? "d" + mode : "f" + mode + " " + hash(path);
        }
        listing.put(root.relativize(path).toString(), line);
      }
    }
    return listing;
  }

  private static String hash(Path file) throws IOException {
    java.security.MessageDigest digest = Integrity.Algorithm.SHA256.newDigest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static TarReader reader(byte[] tar) {
    return new TarReader(new ByteArrayInputStream(tar), "test.tar", TarLimits.foreignArchive());
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder();
    for (int bit = 8; bit >= 0; bit--) {
      text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
    }
    return PosixFilePermissions.fromString(text.toString());
  }
}
