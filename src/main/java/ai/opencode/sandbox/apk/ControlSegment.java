package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The control segment of a package: its {@code .PKGINFO} and scripts.
 *
 * @param compressed the segment's bytes in the package file; the package's checksum is their SHA-1
 * @param scripts content by kind ({@code post-install})
 */
public record ControlSegment(byte[] compressed, PkgInfo info, Map<String, byte[]> scripts) {

  static final int MAX_BYTES = 10 << 20;

  public ControlSegment {
    scripts = Collections.unmodifiableMap(new TreeMap<>(scripts));
  }

  /** Returns the script of a kind, if the package has one. */
  public Optional<byte[]> script(ScriptKind kind) {
    return Optional.ofNullable(scripts.get(kind.apkName()));
  }

  /** Parses a control segment that is stored by itself. */
  public static ControlSegment parse(byte[] compressed, String source) throws IOException {
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(compressed), source)) {
      InputStream member = members.next();
      if (member == null) {
        throw new VerificationException(source + ": empty control segment");
      }
      InputStream bounded = new BoundedInputStream(member, MAX_BYTES, source);
      TarReader tar = new TarReader(bounded, source, TarLimits.alpineMetadata(MAX_BYTES));
      ControlSegment segment = read(tar, tar.next(), compressed, source);
      bounded.transferTo(OutputStream.nullOutputStream());
      if (members.next() != null) {
        throw new VerificationException(source + ": more than one control segment");
      }
      return segment;
    }
  }

  private static ControlSegment read(
      TarReader tar, @Nullable TarEntry first, byte[] compressed, String source)
      throws IOException {
    PkgInfo info = null;
    Map<String, byte[]> scripts = new TreeMap<>();
    for (TarEntry entry = first; entry != null; entry = tar.next()) {
      if (!(entry instanceof TarEntry.File) || !entry.path().startsWith(".")) {
        throw new VerificationException(
            source
                + ": the control segment holds "
                + entry.path()
                + ", which is neither .PKGINFO nor a script");
      }
      boolean again;
      if (entry.path().equals(".PKGINFO")) {
        again = info != null;
        info = PkgInfo.parse(tar.content(), source);
      } else {
        String kind = entry.path().substring(1);
        again = scripts.put(kind, tar.content().readAllBytes()) != null;
      }
      if (again) {
        throw tar.refusal("the control segment holds " + entry.path() + " twice");
      }
    }
    if (info == null) {
      throw new VerificationException(source + ": the control segment holds no .PKGINFO");
    }
    return new ControlSegment(compressed, info, scripts);
  }
}
