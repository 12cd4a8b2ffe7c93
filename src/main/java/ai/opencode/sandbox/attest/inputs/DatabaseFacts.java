package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.attest.inputs.VisibleEvidence.Found;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.layer.PackageFactsCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The facts that a bill takes from apk's list of packages in an image.
 *
 * @param packages the packages in the list's order
 * @param owners the names of packages by the paths of their files, for the files with evidence
 */
record DatabaseFacts(List<Installed> packages, Map<String, String> owners) {

  private static final String KIND = "databases";

  /** The format's version: raise it whenever the same list gives other facts. */
  private static final int FORMAT = 1;

  /**
   * A package in the list.
   *
   * @param hasFiles whether the package has any file
   */
  record Installed(ApkFacts facts, boolean hasFiles) {}

  DatabaseFacts {
    packages = List.copyOf(packages);
    owners = Map.copyOf(owners);
  }

  /** Returns the facts of the list in a file, from their record if there is one. */
  static DatabaseFacts of(Optional<Found> file, VisibleEvidence visible, Cache cache)
      throws IOException {
    if (file.isEmpty()) {
      return new DatabaseFacts(List.of(), Map.of());
    }
    Records<DatabaseFacts> records = new Records<>(cache, KIND, FORMAT, new Codec());
    return records.get(
        key(file.get(), visible).key(),
        () ->
            of(
                DatabaseOfLayer.read(cache.blobs(), file.get().layer(), file.get().seen().path()),
                visible));
  }

  /** Returns the place of the record of the list in a file. */
  static RecordKey key(Found file, VisibleEvidence visible) {
    return new RecordKey(
        KIND,
        Recipe.of(KIND, FORMAT)
            .add(file.layer().digest())
            .add(file.seen().path())
            .add(visible.files().stream().map(each -> each.seen().path()).toList())
            .digest());
  }

  private static DatabaseFacts of(InstalledDatabase database, VisibleEvidence visible) {
    Map<String, String> all = DatabaseOfLayer.owners(database);
    Map<String, String> owners = new HashMap<>();
    for (Found each : visible.files()) {
      String owner = all.get(each.seen().path());
      if (owner != null) {
        owners.put(each.seen().path(), owner);
      }
    }
    List<Installed> packages = new ArrayList<>();
    for (InstalledPackage each : database.packages()) {
      packages.add(
          new Installed(
              each.pkg().facts(),
              each.directories().stream().anyMatch(directory -> !directory.files().isEmpty())));
    }
    return new DatabaseFacts(packages, owners);
  }

  private static final class Codec implements Records.Codec<DatabaseFacts> {

    @Override
    public void write(DatabaseFacts facts, RecordWriter out) {
      out.list(facts.packages(), Codec::write);
      out.texts(new TreeMap<>(facts.owners()));
    }

    private static void write(Installed each, RecordWriter out) {
      PackageFactsCodec.write(each.facts(), out);
      out.flag(each.hasFiles());
    }

    @Override
    public DatabaseFacts read(RecordReader in) throws IOException {
      return new DatabaseFacts(
          in.list(each -> new Installed(PackageFactsCodec.apk(each), each.flag())),
          in.textsByName());
    }
  }
}
