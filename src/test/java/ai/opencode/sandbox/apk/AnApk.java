package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@code .apk} file, sound or hostile: {@code
 * AnApk.named("nano").version("7.0-r0").withFile("usr/bin/nano", 0755, "…").signed(key).bytes()}.
 * Directories that are not listed are added as root's, with mode 755. Each method returns a changed
 * copy.
 */
public final class AnApk {

  private static final String CHECKSUM = "APK-TOOLS.checksum.SHA1";
  private static final String BUILD_SECONDS = "1700000000";

  private final Map<String, List<String>> info;
  private final List<TarSegment.Content> scripts;
  private final List<TarSegment.Content> contents;
  private final List<ASigningKey> keys;
  private final boolean listsFolders;
  private volatile @Nullable Segments made;

  /** The parts of the file, compressed once. */
  private record Segments(byte[] signature, byte[] control, byte[] data) {}

  private AnApk(
      Map<String, List<String>> info,
      List<TarSegment.Content> scripts,
      List<TarSegment.Content> contents,
      List<ASigningKey> keys,
      boolean listsFolders) {
    this.info = info;
    this.scripts = scripts;
    this.contents = contents;
    this.keys = keys;
    this.listsFolders = listsFolders;
  }

  /**
   * Returns a package of another builder, whose bytes are those of its file. A changed copy of it
   * would have the same words and no files.
   */
  public static AnApk read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String name = file.getFileName().toString();
    List<byte[]> segments = new ArrayList<>();
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(bytes), name)) {
      ByteArrayOutputStream segment = new ByteArrayOutputStream();
      for (InputStream each = members.next(segment); each != null; each = members.next(segment)) {
        each.transferTo(OutputStream.nullOutputStream());
        segments.add(segment.toByteArray());
        segment.reset();
      }
    }
    if (segments.size() == 2) {
      segments.add(0, new byte[0]);
    }
    byte[] control = segments.get(1);
    Map<String, List<String>> info = ControlSegment.parse(control, name).info().values();
    AnApk apk = new AnApk(info, List.of(), List.of(), List.of(), true);
    apk.made = new Segments(segments.get(0), control, segments.get(2));
    if (segments.size() != 3 || !Arrays.equals(apk.bytes(), bytes)) {
      throw new IOException(file + ": not a package of two or three segments");
    }
    return apk;
  }

  /** Returns an empty, unsigned package with version 1.0-r0 for every architecture. */
  public static AnApk named(String name) {
    return new AnApk(new TreeMap<>(), List.of(), List.of(), List.of(), true)
        .info("pkgname", name)
        .info("pkgver", "1.0-r0")
        .info("pkgdesc", "made for a test")
        .info("arch", "noarch")
        .info("license", "MIT")
        .info("builddate", BUILD_SECONDS);
  }

  public AnApk version(String version) {
    return info("pkgver", version);
  }

  public AnApk architecture(String architecture) {
    return info("arch", architecture);
  }

  public AnApk origin(String origin) {
    return info("origin", origin);
  }

  public AnApk depends(String... dependencies) {
    return info("depend", dependencies);
  }

  public AnApk provides(String... provides) {
    return info("provides", provides);
  }

  public AnApk replaces(String... names) {
    return info("replaces", names);
  }

  /** Sets all conditions, which are on one line. */
  public AnApk installIf(String... conditions) {
    return info("install_if", String.join(" ", conditions));
  }

  /** Sets the directories whose change runs the script {@code trigger}. */
  public AnApk triggers(String... folders) {
    return info("triggers", String.join(" ", folders));
  }

  /** Sets a key of {@code .PKGINFO}; without a value, removes it. */
  public AnApk info(String key, String... values) {
    Map<String, List<String>> more = new TreeMap<>(info);
    if (values.length == 0) {
      more.remove(key);
    } else {
      more.put(key, List.of(values));
    }
    return new AnApk(more, scripts, contents, keys, listsFolders);
  }

  /**
   * Adds a script.
   *
   * @param kind {@code post-install} and so on, or {@code trigger}
   */
  public AnApk script(String kind, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarEntry.File entry = new TarEntry.File("." + kind, Attributes.of(0755), bytes.length);
    return new AnApk(info, with(scripts, entry, bytes), contents, keys, listsFolders);
  }

  public AnApk withFile(String path, int mode, String text) {
    return withFile(path, Attributes.of(mode), text);
  }

  public AnApk withFile(String path, Attributes attributes, String text) {
    return withFile(path, attributes, text.getBytes(StandardCharsets.UTF_8));
  }

  public AnApk withFile(String path, Attributes attributes, byte[] bytes) {
    return withEntry(new TarEntry.File(path, checked(attributes, bytes), bytes.length), bytes);
  }

  /** Returns a package that no builder makes: with files, but without their directories. */
  public AnApk withoutItsFolders() {
    return new AnApk(info, scripts, contents, keys, false);
  }

  public AnApk withDirectory(String path, int mode) {
    return withEntry(new TarEntry.Directory(path, Attributes.of(mode)));
  }

  public AnApk withDirectory(String path, Attributes attributes) {
    return withEntry(new TarEntry.Directory(path, attributes));
  }

  /** Adds a symbolic link. */
  public AnApk withLink(String path, String target) {
    Attributes attributes = checked(Attributes.of(0777), target.getBytes(StandardCharsets.UTF_8));
    return withEntry(new TarEntry.SymbolicLink(path, attributes, target));
  }

  /**
   * Adds a hard link.
   *
   * @param target path of an earlier file
   */
  public AnApk withHardLink(String path, String target) {
    return withEntry(new TarEntry.HardLink(path, Attributes.of(0644), target));
  }

  /** Adds an entry unchanged, without the checksum that apk requires of files and links. */
  public AnApk withEntry(TarEntry entry, byte... bytes) {
    return new AnApk(info, scripts, with(contents, entry, bytes), keys, listsFolders);
  }

  /** Signs the control segment; several calls add several signatures. */
  public AnApk signed(ASigningKey key) {
    List<ASigningKey> more = new ArrayList<>(keys);
    more.add(key);
    return new AnApk(info, scripts, contents, List.copyOf(more), listsFolders);
  }

  public String name() {
    return info.getOrDefault("pkgname", List.of("")).get(0);
  }

  /** Returns its file name in a repository. */
  public String fileName() {
    return toPackage().fileName();
  }

  /** Returns the control segment's bytes in the file. */
  public byte[] control() {
    return segments().control().clone();
  }

  /** The data segment as it is in the file. */
  public byte[] data() {
    return segments().data().clone();
  }

  /** The signature segment as it is in the file; empty without signature. */
  public byte[] signature() {
    return segments().signature().clone();
  }

  /** The file. */
  public byte[] bytes() {
    Segments segments = segments();
    return TarSegment.concat(segments.signature(), segments.control(), segments.data());
  }

  /** The package as an index records it. */
  public ApkPackage toPackage() {
    Segments segments = segments();
    byte[] control = segments.control();
    long size = (long) segments.signature().length + control.length + segments.data().length;
    return new PkgInfo(completeInfo(segments.data()))
        .toPackage(Checksum.ofControlSegment(control), size);
  }

  private Segments segments() {
    Segments known = made;
    if (known == null) {
      byte[] data = TarSegment.complete(listsFolders ? withParents() : contents);
      byte[] control = makeControl(data);
      byte[] signature = keys.isEmpty() ? new byte[0] : TarSegment.signatures(keys, control);
      known = new Segments(signature, control, data);
      made = known;
    }
    return known;
  }

  private byte[] makeControl(byte[] data) {
    byte[] text = new PkgInfo(completeInfo(data)).toText().getBytes(StandardCharsets.UTF_8);
    List<TarSegment.Content> all = new ArrayList<>();
    all.add(
        new TarSegment.Content(
            new TarEntry.File(".PKGINFO", Attributes.of(0644), text.length), text));
    all.addAll(scripts);
    return TarSegment.cut(all);
  }

  private Map<String, List<String>> completeInfo(byte[] data) {
    Map<String, List<String>> complete = new TreeMap<>(info);
    long size = contents.stream().mapToLong(content -> content.bytes().length).sum();
    complete.putIfAbsent("size", List.of(Long.toString(size)));
    complete.putIfAbsent("datahash", List.of(sha256(data)));
    return complete;
  }

  private List<TarSegment.Content> withParents() {
    Set<String> known = new LinkedHashSet<>();
    List<TarSegment.Content> all = new ArrayList<>();
    for (TarSegment.Content content : contents) {
      String path = content.entry().path();
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        String parent = path.substring(0, slash);
        if (!parent.contains("..") && known.add(parent)) {
          all.add(
              new TarSegment.Content(
                  new TarEntry.Directory(parent, Attributes.of(0755)), new byte[0]));
        }
      }
      known.add(path);
      all.add(content);
    }
    return all;
  }

  private static List<TarSegment.Content> with(
      List<TarSegment.Content> list, TarEntry entry, byte[] bytes) {
    List<TarSegment.Content> more = new ArrayList<>(list);
    more.add(new TarSegment.Content(entry, bytes));
    return List.copyOf(more);
  }

  private static Attributes checked(Attributes attributes, byte[] content) {
    Map<String, String> pax = new TreeMap<>(attributes.pax());
    pax.putIfAbsent(CHECKSUM, HexFormat.of().formatHex(Checksum.newSha1().digest(content)));
    return attributes.withPax(pax);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
