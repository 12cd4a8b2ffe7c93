package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PkgInfo;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A writer of one {@code .apk} file (version 2): a signature, a control and a data segment, each
 * one gzip member. Files are added first; provided and needed names are derived from them.
 *
 * <p>apk reads the first two segments and the third as one archive, so only the third may end with
 * an end-of-archive mark, and a directory must precede its content.
 */
final class ApkBuilder implements Closeable {

  /** 2026-01-01, a fixed date, because the current date would change digests. */
  static final long TIME = 1767225600;

  static final String CHECKSUM = "APK-TOOLS.checksum.SHA1";
  private static final Set<String> COMMAND_DIRECTORIES =
      Set.of("bin", "sbin", "usr/bin", "usr/sbin");

  private final String name;
  private final Path temporaryDirectory;
  private final Set<String> libraryDirectories;
  private final Path data;
  private final MessageDigest dataHash = Digest.newSha256();
  private final OutputStream dataOut;
  private final TarWriter tar;

  private final Map<String, Attributes> directories = new HashMap<>();
  private final Set<String> written = new TreeSet<>();
  private final Map<String, String> checksums = new HashMap<>();
  private final Set<String> commands = new TreeSet<>();
  private final Set<String> libraries = new TreeSet<>();
  private final Set<String> sonames = new TreeSet<>();
  private final Set<String> needed = new TreeSet<>();
  private final Set<String> licenses = new TreeSet<>();
  private long installedSize;

  /**
   * Creates a builder.
   *
   * @param libraryDirectories directories that the dynamic loader searches; a library elsewhere is
   *     private to its program and not provided to others
   */
  ApkBuilder(String name, Path temporaryDirectory, Set<String> libraryDirectories)
      throws IOException {
    this.name = name;
    this.temporaryDirectory = temporaryDirectory;
    this.libraryDirectories = libraryDirectories;
    this.data = Files.createTempFile(temporaryDirectory, "data", ".part");
    OutputStream file = Files.newOutputStream(data);
    this.dataOut = Gzip.single(new DigestOutputStream(file, dataHash));
    this.tar = new TarWriter(dataOut);
  }

  boolean contains(String path) {
    return written.contains(path);
  }

  /** Adds a license of the package, as an SPDX identifier. */
  void noteLicense(String license) {
    licenses.add(license);
  }

  /** Defines the mode of a directory, in case a file is written into it. */
  void announce(String path, int mode) {
    directories.putIfAbsent(path, attributes(mode));
  }

  /** Writes a directory, even if it stays empty. */
  void directory(String path, int mode) throws IOException {
    directories.put(path, attributes(mode));
    ensureDirectory(path);
  }

  void file(String path, int mode, String text) throws IOException {
    file(path, attributes(mode), text);
  }

  void file(String path, Attributes attributes, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    file(path, attributes, bytes.length, new ByteArrayInputStream(bytes));
  }

  void file(String path, int mode, long size, InputStream in) throws IOException {
    file(path, attributes(mode), size, in);
  }

  /**
   * Writes a file.
   *
   * @param in the content, which must have {@code size} bytes and is not closed
   */
  void file(String path, Attributes attributes, long size, InputStream in) throws IOException {
    begin(path);
    try (SpooledContent content = SpooledContent.read(in, size, temporaryDirectory)) {
      checksums.put(path, content.sha1());
      scan(path, attributes.mode(), content);
      Attributes checked = attributes.withPax(Map.of(CHECKSUM, content.sha1()));
      try (InputStream bytes = new Interruptible(content.open())) {
        tar.write(new TarEntry.File(path, checked, size), bytes);
      }
    }
    installedSize += size;
  }

  void symbolicLink(String path, String target) throws IOException {
    begin(path);
    String sha1 =
        HexFormat.of()
            .formatHex(Checksum.newSha1().digest(target.getBytes(StandardCharsets.UTF_8)));
    tar.write(
        new TarEntry.SymbolicLink(path, attributes(0777).withPax(Map.of(CHECKSUM, sha1)), target));
    noteCommand(path, 0777);
  }

  void hardLink(String path, int mode, String target) throws IOException {
    begin(path);
    if (!checksums.containsKey(target)) {
      throw new VerificationException(
          name + ": " + path + " is a second name of " + target + ", which the package lacks");
    }
    checksums.put(path, checksums.getOrDefault(target, ""));
    tar.write(new TarEntry.HardLink(path, attributes(mode), target));
    noteCommand(path, mode);
  }

  /** Completes the package. */
  void finish(PlannedPackage plan, StandInKey key, Path target) throws IOException {
    tar.finish();
    tar.close();
    dataOut.close();
    PkgInfo info = new PkgInfo(info(plan, HexFormat.of().formatHex(dataHash.digest())));
    byte[] control = control(info, plan.scripts());
    try (OutputStream out = Files.newOutputStream(target)) {
      out.write(signature(key, control));
      out.write(control);
      Files.copy(data, out);
    }
  }

  @Override
  public void close() throws IOException {
    dataOut.close();
    Files.deleteIfExists(data);
  }

  /** Returns a segment with the signature of the next segment's compressed bytes. */
  static byte[] signature(StandInKey key, byte[] segment) throws IOException {
    byte[] signature = key.sign(segment);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes);
        TarWriter tar = new TarWriter(gzip)) {
      tar.write(
          new TarEntry.File(".SIGN.RSA256." + StandInKey.NAME, attributes(0644), signature.length),
          signature);
    }
    return bytes.toByteArray();
  }

  static Attributes attributes(int mode) {
    return Attributes.of(mode).withModified(TIME);
  }

  private static byte[] control(PkgInfo info, Map<String, String> scripts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes);
        TarWriter tar = new TarWriter(gzip)) {
      byte[] text = info.toText().getBytes(StandardCharsets.UTF_8);
      tar.write(new TarEntry.File(".PKGINFO", attributes(0644), text.length), text);
      for (Map.Entry<String, String> script : new TreeMap<>(scripts).entrySet()) {
        byte[] content = script.getValue().getBytes(StandardCharsets.UTF_8);
        tar.write(new TarEntry.File(script.getKey(), attributes(0755), content.length), content);
      }
    }
    return bytes.toByteArray();
  }

  private Map<String, List<String>> info(PlannedPackage plan, String hash) {
    Map<String, List<String>> info = new LinkedHashMap<>();
    info.put("pkgname", List.of(plan.name()));
    info.put("pkgver", List.of(plan.version()));
    info.put("pkgdesc", List.of(plan.about().description()));
    info.put("url", List.of(plan.about().url()));
    info.put("builddate", List.of(Long.toString(TIME)));
    info.put("packager", List.of("OpenCode Sandbox stand-in"));
    info.put("size", List.of(Long.toString(installedSize)));
    info.put("arch", List.of(plan.architecture()));
    info.put("origin", List.of(plan.about().origin()));
    if (!plan.about().maintainer().isEmpty()) {
      info.put("maintainer", List.of(plan.about().maintainer()));
    }
    info.put("license", List.of(license(plan)));
    Set<String> depends = new TreeSet<>(plan.depends());
    for (String library : needed) {
      if (!sonames.contains(library)) {
        depends.add(PackageTable.LIBRARY_NAMESPACE + library);
      }
    }
    if (!depends.isEmpty()) {
      info.put("depend", List.copyOf(depends));
    }
    List<String> provides = new ArrayList<>(new TreeSet<>(plan.provides()));
    String libraryVersion = plan.version().replaceFirst("-r\\d+$", "");
    for (String library : libraries) {
      provides.add(PackageTable.LIBRARY_NAMESPACE + library + "=" + libraryVersion);
    }
    for (String command : commands) {
      provides.add("cmd:" + command + "=" + plan.version());
    }
    if (!provides.isEmpty()) {
      info.put("provides", provides);
    }
    info.put("datahash", List.of(hash));
    return info;
  }

  private String license(PlannedPackage plan) {
    if (!plan.about().license().isEmpty()) {
      return plan.about().license();
    }
    return licenses.isEmpty() ? "NOASSERTION" : String.join(" AND ", licenses);
  }

  private void scan(String path, int mode, SpooledContent content) {
    noteCommand(path, mode);
    ElfFile.read(content.buffer(), name + ": " + path)
        .ifPresent(
            elf -> {
              needed.addAll(elf.needed());
              if (elf.interpreter() != null) {
                needed.add(elf.interpreter().substring(elf.interpreter().lastIndexOf('/') + 1));
              }
              if (elf.soname() != null) {
                sonames.add(elf.soname());
                if (libraryDirectories.contains(directoryOf(path))) {
                  libraries.add(elf.soname());
                }
              }
            });
  }

  private void noteCommand(String path, int mode) {
    if (COMMAND_DIRECTORIES.contains(directoryOf(path)) && (mode & 0111) != 0) {
      commands.add(path.substring(path.lastIndexOf('/') + 1));
    }
  }

  private void begin(String path) throws IOException {
    String directory = directoryOf(path);
    if (!directory.isEmpty()) {
      ensureDirectory(directory);
    }
    if (!written.add(path)) {
      throw new VerificationException(name + ": two files are named " + path);
    }
  }

  private void ensureDirectory(String path) throws IOException {
    String parent = directoryOf(path);
    if (!parent.isEmpty()) {
      ensureDirectory(parent);
    }
    if (written.add(path)) {
      tar.write(new TarEntry.Directory(path, directories.getOrDefault(path, attributes(0755))));
    }
  }

  private static String directoryOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /**
   * A stream that fails after an interrupt, so that a failed run ends at once instead of after its
   * largest file.
   */
  private static final class Interruptible extends FilterInputStream {

    Interruptible(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while making a package");
      }
      return super.read(bytes, start, length);
    }
  }
}
