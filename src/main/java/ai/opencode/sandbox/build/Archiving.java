package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputRecorder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The creation of an archive of inputs: builds the images from the lock with an empty cache, and
 * keeps every input.
 */
record Archiving(BuildSettings settings, Supplier<NpmRegistry> npmRegistry, Progress progress) {

  /** Creates an archive. */
  Archived archive(Cache cache, List<ImageDefinition> definitions, ArchivePlace place)
      throws IOException {
    if (settings.inputs().upstream().equals(UpstreamChoice.STAND_IN)) {
      throw new UsageException(
          "The stand-in is different on each machine, so it has no lock and cannot be archived. Use"
              + " --upstream official or mirror.");
    }
    if (place.isPinned()) {
      throw new UsageException(
          place
              + " names existing content by digest. Name the archive by a tag, or only by its"
              + " repository or directory.");
    }
    LockFile lock = lock();
    try (Cache.Workplace work = cache.workplace()) {
      Cache empty = new Cache(work.directory());
      Supply supply = Supply.of(settings, cache, progress);
      InputRecorder recorder = new InputRecorder(supply.origin(), empty.blobs(), place);
      Pipeline.Context context =
          new Pipeline.Context(settings, empty, supply.through(recorder), npmRegistry, progress);
      record(definitions, recorder, context);
      return deliver(empty.blobs(), recorder, recorder.finish(lock), place);
    }
  }

  /** Builds all images, and adds inputs that a locked build does not read, such as indexes. */
  private void record(
      List<ImageDefinition> definitions, InputRecorder recorder, Pipeline.Context context)
      throws IOException {
    LockMode locked = new LockMode.Use(Optional.ofNullable(settings.lock().file()), true, false);
    try (Pipeline pipeline = Pipeline.open(context, locked)) {
      Pipeline.Result result = pipeline.run(BuildPlan.of(definitions, settings.platforms()));
      for (PlatformInputs inputs : result.platforms()) {
        inputs.repositories();
        recorder.add(inputs.baseBlobs(), inputs.keys(), inputs.platform());
      }
    }
  }

  private Archived deliver(
      BlobStore blobs, InputRecorder recorder, Descriptor archive, ArchivePlace place)
      throws IOException {
    OptionalInt sent =
        place.in(
            new ArchivePlace.Cases<>() {
              @Override
              public OptionalInt directory(ArchivePlace.Directory directory) throws IOException {
                recorder.write(archive, directory);
                return OptionalInt.empty();
              }

              @Override
              public OptionalInt registry(ArchivePlace.InRegistry repository) throws IOException {
                return OptionalInt.of(publish(blobs, archive, repository.reference()));
              }
            });
    Manifest manifest = Manifest.parse(blobs.read(archive.digest()), "the archive");
    return new Archived(
        place, archive.digest(), manifest.layers().size(), manifest.compressedSize(), sent);
  }

  /** Publishes an archive, and returns the number of transferred blobs. */
  private int publish(BlobStore blobs, Descriptor archive, Reference target) throws IOException {
    return new Publisher(settings.registries())
        .publish(
            blobs, archive, target, List.of(Objects.requireNonNullElse(target.tag(), "latest")))
        .uploadedBlobs();
  }

  private LockFile lock() throws IOException {
    Path file = settings.lock().file();
    if (file == null) {
      throw new UsageException(
          "An archive contains the inputs that a lock names. Name the lock" + " with --lock.");
    }
    return LockFile.read(file)
        .orElseThrow(
            () ->
                new LockException(
                    "There is no lock file "
                        + file
                        + ", and an archive contains the inputs that a lock names. Write it with:"
                        + " opencode-sandbox lock."));
  }
}
