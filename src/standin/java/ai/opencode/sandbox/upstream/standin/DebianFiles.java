package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The copying of files from Debian packages into an Alpine package by its recipe. */
final class DebianFiles {

  private static final int MAX_COPYRIGHT = 1 << 20;

  /** All bits except setuid and setgid: no file in a sandbox may grant privileges. */
  private static final int SAFE_MODE = 01777;

  private static final Pattern LICENSE =
      Pattern.compile("^License:[ \\t]*([A-Za-z0-9.+-]+)[ \\t]*$", Pattern.MULTILINE);
  private static final Pattern GNU =
      Pattern.compile("(A|L)?GPL-(\\d)(?:\\.(\\d))?(\\+)?", Pattern.CASE_INSENSITIVE);

  private DebianFiles() {}

  /** Copies the files of one Debian package that the recipe selects. */
  static void copy(Path deb, String debianName, PackageRecipe recipe, ApkBuilder into)
      throws IOException {
    String only = recipe.only().get(debianName);
    try (TarReader tar = DebianArchive.data(deb)) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        String path = entry.path();
        int mode = entry.attributes().mode() & SAFE_MODE;
        if (path.equals("usr/share/doc/" + debianName + "/copyright")) {
          license(tar.content().readNBytes(MAX_COPYRIGHT)).ifPresent(into::noteLicense);
        }
        if (path.isEmpty() || isLeftOut(path, only, recipe)) {
          continue;
        }
        if (entry instanceof TarEntry.Directory) {
          into.announce(path, mode);
        } else if (entry instanceof TarEntry.File file) {
          into.file(path, mode, file.size(), tar.content());
        } else if (entry instanceof TarEntry.SymbolicLink link) {
          into.symbolicLink(path, link.target());
        } else if (entry instanceof TarEntry.HardLink link) {
          into.hardLink(path, mode, link.target());
        } else {
          throw new VerificationException(
              deb.getFileName() + ": " + path + " is neither a file nor a directory nor a link");
        }
      }
    }
  }

  private static boolean isLeftOut(String path, @Nullable String only, PackageRecipe recipe) {
    return PackageTable.isDropped(path)
        || recipe.drops(path)
        || (only != null && !(path + "/").startsWith(only));
  }

  /** Returns the first license in a machine-readable copyright file (DEP 5). */
  static Optional<String> license(byte[] copyright) {
    Matcher matcher = LICENSE.matcher(new String(copyright, StandardCharsets.UTF_8));
    return matcher.find() ? Optional.of(spdx(matcher.group(1))) : Optional.empty();
  }

  private static String spdx(String debian) {
    Matcher gnu = GNU.matcher(debian);
    if (gnu.matches()) {
      String family = gnu.group(1) == null ? "" : gnu.group(1).toUpperCase(Locale.ROOT);
      String minor = gnu.group(3) == null ? "0" : gnu.group(3);
      String suffix = gnu.group(4) == null ? "-only" : "-or-later";
      return family + "GPL-" + gnu.group(2) + "." + minor + suffix;
    }
    return switch (debian) {
      case "Expat" -> "MIT";
      case "BSD-3-clause" -> "BSD-3-Clause";
      case "BSD-2-clause" -> "BSD-2-Clause";
      case "Apache-2.0", "MIT", "ISC", "curl", "Zlib" -> debian;
      default -> "LicenseRef-Debian-" + debian.replace('+', '-');
    };
  }
}
