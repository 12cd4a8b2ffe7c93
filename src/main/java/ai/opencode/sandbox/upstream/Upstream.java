package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The choice of the places that images are built from: base image, repositories and keys.
 *
 * @param kind the kind of upstream; an archive has the kind of the upstream it was made from if a
 *     lock, this program or the user confirms it
 * @param base the base image
 * @param repositories Alpine repositories in order of preference
 * @param own the repositories and keys that images get beside those of the base
 */
public record Upstream(
    UpstreamKind kind, BaseSource base, List<RepositoryLine> repositories, OwnSources own) {

  /** The place that the base image is read from. */
  public sealed interface BaseSource {

    /** Returns the base image's name in labels, a reference without tag or digest. */
    String name();

    /** Returns the result of the case for this kind of source. */
    <T> T in(BaseCases<T> cases) throws IOException;
  }

  /** A result for each kind of source of a base image. */
  public interface BaseCases<T> {
    T registry(RegistryBase base) throws IOException;

    T layout(LayoutBase base) throws IOException;

    T archived(ArchivedBase base) throws IOException;
  }

  /** A base image in a registry. */
  public record RegistryBase(Reference reference) implements BaseSource {
    @Override
    public String name() {
      return reference.registry() + "/" + reference.repository();
    }

    @Override
    public <T> T in(BaseCases<T> cases) throws IOException {
      return cases.registry(this);
    }
  }

  /** A base image in an OCI layout on this machine. */
  public record LayoutBase(String name, Path layout, Descriptor manifest) implements BaseSource {
    @Override
    public <T> T in(BaseCases<T> cases) throws IOException {
      return cases.layout(this);
    }
  }

  /**
   * A base image in an archive of inputs.
   *
   * @param name the reference's name, or {@code archive} if only the archive states its origin
   * @param reference the reference in the lock, pinned by digest
   * @param content the store that has the image's blobs
   */
  public record ArchivedBase(String name, Reference reference, BlobStore content)
      implements BaseSource {
    @Override
    public <T> T in(BaseCases<T> cases) throws IOException {
      return cases.archived(this);
    }
  }

  public Upstream {
    repositories = List.copyOf(repositories);
  }

  /**
   * Creates an upstream without repositories or keys of the user's own.
   *
   * @param repositories Alpine repositories in order of preference
   */
  public Upstream(UpstreamKind kind, BaseSource base, List<RepositoryLocation> repositories) {
    this(
        kind,
        base,
        repositories.stream().map(each -> new RepositoryLine(null, each)).toList(),
        OwnSources.none());
  }

  /** Returns the addresses and directories of the repositories, without tags. */
  public List<RepositoryLocation> locations() {
    return repositories.stream().map(RepositoryLine::location).toList();
  }

  /** Returns a copy of another kind, to which the user's own repositories and keys are added. */
  Upstream with(UpstreamKind newKind, OwnSources more) {
    List<RepositoryLine> all = new ArrayList<>(repositories);
    all.addAll(more.repositories());
    return new Upstream(newKind, base, all, more);
  }

  /** Returns a copy whose images get other repositories and keys beside those of the base. */
  public Upstream withOwn(OwnSources newOwn) {
    Map<RepositoryLine, RepositoryLine> tagged = new HashMap<>();
    for (RepositoryLine line : newOwn.repositories()) {
      tagged.put(new RepositoryLine(null, line.location()), line);
    }
    return new Upstream(
        kind,
        base,
        repositories.stream().map(each -> tagged.getOrDefault(each, each)).toList(),
        newOwn);
  }

  /** Returns whether a lock can name the content; the stand-in's differs between machines. */
  public boolean lockable() {
    return kind.isLockable();
  }
}
