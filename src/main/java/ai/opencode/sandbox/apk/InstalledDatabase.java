package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code lib/apk/db/installed}, apk's list of installed packages and files. It is
 * written byte for byte as apk writes it: apk deletes files that are missing from it, and cuts it
 * off at the first line that it cannot read.
 */
public record InstalledDatabase(List<InstalledPackage> packages) {

  private static final int MAX_LINES = 5_000_000;
  private static final int MAX_LINE_BYTES = 1 << 20;

  public InstalledDatabase {
    packages = List.copyOf(packages);
  }

  public static InstalledDatabase empty() {
    return new InstalledDatabase(List.of());
  }

  public Optional<InstalledPackage> find(PackageId id) {
    return packages.stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  /** Returns the packages without their files. */
  public InstalledPackages withoutFiles() {
    return new InstalledPackages(packages.stream().map(InstalledPackage::pkg).toList());
  }

  /**
   * Returns this database with some packages added or, if it has one of that name, replaced, in the
   * order of {@link InstalledPackages#with}. apk 3 also sorts the files in each directory of a
   * package; apk 2 keeps the order of their archives.
   */
  public InstalledDatabase with(Collection<InstalledPackage> more) {
    Map<PackageId, InstalledPackage> byId = new HashMap<>();
    packages.forEach(entry -> byId.put(entry.id(), entry));
    boolean apk3 = isOfApk3();
    more.forEach(entry -> byId.put(entry.id(), apk3 ? entry.withSortedFiles() : entry));
    InstalledPackages all = withoutFiles().with(more.stream().map(InstalledPackage::pkg).toList());
    return new InstalledDatabase(
        all.list().stream().map(pkg -> Objects.requireNonNull(byId.get(pkg.id()))).toList());
  }

  /** Returns whether the installed apk, which writes this database, is version 3 or later. */
  public boolean isOfApk3() {
    return withoutFiles().isOfApk3();
  }

  /**
   * Parses the database's text.
   *
   * @param in the text in UTF-8, which is read to its end and not closed
   * @throws VerificationException if it is malformed
   */
  public static InstalledDatabase parse(InputStream in, String source) throws IOException {
    Parser parser = new Parser(source);
    TextLines lines = new TextLines(in, MAX_LINE_BYTES, source);
    int count = 0;
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (++count > MAX_LINES) {
        throw new VerificationException(source + ": more than " + MAX_LINES + " lines");
      }
      parser.line(line, count);
    }
    parser.endOfPackage(count);
    return new InstalledDatabase(parser.packages);
  }

  /** Returns the text as apk writes it, each package followed by an empty line. */
  public String toText() {
    StringBuilder text = new StringBuilder(1 << 16);
    for (InstalledPackage entry : packages) {
      text.append(entry.pkg().toRecord());
      for (InstalledPackage.Directory directory : entry.directories()) {
        text.append("F:").append(directory.path()).append('\n');
        if (directory.owner() != null) {
          text.append("M:").append(directory.owner()).append('\n');
        }
        for (InstalledPackage.File file : directory.files()) {
          text.append("R:").append(file.name()).append('\n');
          if (file.owner() != null) {
            text.append("a:").append(file.owner()).append('\n');
          }
          if (file.checksum() != null) {
            text.append("Z:").append(file.checksum()).append('\n');
          }
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static final class Parser {

    private static final Pattern OWNER =
        Pattern.compile("([0-9]{1,10}):([0-9]{1,10}):(0{0,2}[0-7]{1,4})(?::(.*))?");

    private final String source;
    private final List<InstalledPackage> packages = new ArrayList<>();
    private final Map<Character, String> fields = new LinkedHashMap<>();
    private final List<InstalledPackage.Directory> directories = new ArrayList<>();
    private @Nullable String directory;
    private InstalledPackage.@Nullable Owner directoryOwner;
    private final List<InstalledPackage.File> files = new ArrayList<>();
    private @Nullable String file;
    private InstalledPackage.@Nullable Owner fileOwner;
    private @Nullable Checksum fileChecksum;

    Parser(String source) {
      this.source = source;
    }

    void line(String line, int number) {
      if (line.isEmpty()) {
        endOfPackage(number);
        return;
      }
      if (line.length() < 2 || line.charAt(1) != ':') {
        throw malformed(number, "is not of the form X:value");
      }
      String value = line.substring(2);
      switch (line.charAt(0)) {
        case 'F' -> {
          endOfDirectory();
          directory = value;
        }
        case 'M' -> directoryOwner = owner(value, number);
        case 'R' -> {
          if (directory == null) {
            throw malformed(number, "names a file before any directory");
          }
          endOfFile();
          file = value;
        }
        case 'a' -> fileOwner = owner(value, number);
        case 'Z' -> fileChecksum = checksum(value, number);
        default -> fields.put(line.charAt(0), value);
      }
    }

    void endOfPackage(int number) {
      endOfDirectory();
      if (!fields.isEmpty()) {
        try {
          packages.add(
              new InstalledPackage(
                  ApkPackage.of(fields, source + ", line " + number), directories));
        } catch (UsageException e) {
          throw new VerificationException(source + ": " + e.getMessage(), e);
        }
      }
      fields.clear();
      directories.clear();
    }

    private void endOfDirectory() {
      endOfFile();
      if (directory != null) {
        directories.add(new InstalledPackage.Directory(directory, directoryOwner, files));
      }
      directory = null;
      directoryOwner = null;
      files.clear();
    }

    private void endOfFile() {
      if (file != null) {
        files.add(new InstalledPackage.File(file, fileOwner, fileChecksum));
      }
      file = null;
      fileOwner = null;
      fileChecksum = null;
    }

    private Checksum checksum(String value, int number) {
      try {
        return Checksum.of(value);
      } catch (VerificationException e) {
        throw new VerificationException(source + ": line " + number + ": " + e.getMessage(), e);
      }
    }

    private InstalledPackage.Owner owner(String value, int number) {
      Matcher parts = OWNER.matcher(value);
      if (!parts.matches()) {
        throw malformed(number, "is not of the form uid:gid:mode");
      }
      return new InstalledPackage.Owner(
          new Access(
              Integer.parseInt(parts.group(3), 8),
              Long.parseLong(parts.group(1)),
              Long.parseLong(parts.group(2))),
          parts.group(4));
    }

    private VerificationException malformed(int number, String what) {
      return new VerificationException(source + ": line " + number + " " + what);
    }
  }
}
