package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes an archive of inputs that has a lock, and of base images no more than names. */
final class AnArchive {

  private final ArchivePlace.Directory place;
  private final List<String> bases = new ArrayList<>();
  private final List<String> repositories = new ArrayList<>();

  private AnArchive(ArchivePlace.Directory place) {
    this.place = place;
  }

  static AnArchive in(ArchivePlace.Directory place) {
    return new AnArchive(place);
  }

  /** A base image whose root is this text. */
  AnArchive withBase(String text) {
    bases.add(text);
    return this;
  }

  AnArchive withRepository(String location) {
    repositories.add(location);
    return this;
  }

  InputArchive write(LockFile lock) throws IOException {
    Path folder = place.path().resolveSibling(place.path().getFileName() + ".work");
    BlobStore store = new BlobStore(folder.resolve("store"));
    InputRecorder recorder = new InputRecorder(new Download(true), store, place);
    recorder.prefer(repositories.stream().map(RepositoryLocation::new).toList());
    List<Digest> digests = new ArrayList<>();
    for (String base : bases) {
      digests.add(store.put(MediaType.MANIFEST, base.getBytes(StandardCharsets.UTF_8)).digest());
    }
    recorder.add(digests, KeyFiles.none(), Platform.LINUX_AMD64);
    recorder.write(recorder.finish(lock), place);
    return InputArchive.open(place, new Cache(folder.resolve("cache")), RegistryAccess.standard());
  }
}
